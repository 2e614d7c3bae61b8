import dataclasses
import types

import pytest

from program_runtime import errors
from program_runtime.client import durations
from program_runtime.client.options import RuntimeOptions


def test_the_options_of_the_retired_client_come_first():
    names = [field.name for field in dataclasses.fields(RuntimeOptions)]
    assert names[:7] == [
        "backend",
        "image",
        "log_level",
        "instance",
        "job_tags",
        "max_execution_time",
        "session_time",
    ]
    assert RuntimeOptions("aer_simulator").backend == "aer_simulator"


def test_nothing_is_asked_for_by_default():
    assert RuntimeOptions.of(None).to_request() == {}


def test_options_may_be_a_dict():
    options = RuntimeOptions.of({"log_level": "Error", "image": "lab/base:1.2"})
    assert options.to_request() == {"log_level": "ERROR", "runtime": "lab/base:1.2"}
    assert RuntimeOptions.of(options) is options


def test_a_backend_may_be_the_object():
    backend = types.SimpleNamespace(name="aer_simulator")
    assert RuntimeOptions(backend=backend).to_request() == {"backend": "aer_simulator"}


def test_every_unknown_option_is_named_with_the_closest():
    with pytest.raises(errors.InvalidValueError) as caught:
        RuntimeOptions.of({"loglevel": "INFO", "zzz": 1})
    assert str(caught.value) == (
        "Unknown options.\n"
        "  loglevel: is no option (Did you mean 'log_level'?)\n"
        "  zzz: is no option (Options: backend, image, log_level, instance, job_tags, "
        "max_execution_time, session_time, shots, seed.)"
    )


def test_every_invalid_option_is_named_at_once():
    options = RuntimeOptions(
        backend=3,
        image="no-tag",
        log_level="loud",
        instance=3,
        job_tags="tag",
        max_execution_time=0,
        session_time="soon",
        shots=1.5,
        seed=True,
    )
    with pytest.raises(errors.InvalidValueError) as caught:
        options.validate()
    assert str(caught.value) == (
        "Invalid options.\n"
        "  backend: 3 is no backend and no name\n"
        "  image: 'no-tag' is no image (Write name:tag.)\n"
        "  log_level: 'loud' is none of DEBUG, INFO, WARNING, ERROR, CRITICAL\n"
        "  instance: 3 is no instance's name\n"
        "  job_tags: 'tag' is no list of strings\n"
        "  session_time: 'soon' is no duration "
        "(Write seconds, or a text such as '2h 30m'.)\n"
        "  max_execution_time: 0 is no number of seconds above 0\n"
        "  shots: 1.5 is no whole number from 1 on\n"
        "  seed: True is no whole number from 0 on"
    )


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [(90, 90), ("2h 30m 40s", 9040), ("1d", 86_400), ("5M", 300), ("1h30m", 5400)],
)
def test_durations_are_read(duration, seconds):
    assert durations.to_seconds(duration) == seconds


@pytest.mark.parametrize("duration", ["", "2x", "h", "5m and", 0, -1, True, "0s"])
def test_what_is_no_duration_is_refused(duration):
    with pytest.raises(ValueError, match="is no duration"):
        durations.to_seconds(duration)
