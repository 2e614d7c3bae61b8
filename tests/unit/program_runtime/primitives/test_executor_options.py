"""Options of the executor: honoured, or named in the job's log."""

import logging
from types import SimpleNamespace

import pytest
from executor_inputs import bell, inputs, run

from program_runtime.primitives.executor_options import read_options
from program_runtime.program.testing import local_backend


def warnings_of(caplog, options, backend=None):
    with caplog.at_level(logging.WARNING):
        run(inputs([bell()], options=options), backend)
    return [record.getMessage() for record in caplog.records]


def test_what_the_client_sends_when_nobody_asked_is_no_reason_to_warn(caplog):
    said = {
        "init_qubits": True,
        "rep_delay": None,
        "scheduler_timing": False,
        "stretch_values": False,
        "experimental": {},
    }
    assert warnings_of(caplog, said) == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"init_qubits": False}, "init_qubits=False"),
        ({"rep_delay": 1e-6}, "rep_delay=1e-06"),
        ({"scheduler_timing": True}, "scheduler_timing=True"),
        ({"stretch_values": True}, "stretch_values=True"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_option_that_the_backend_does_not_know_is_named(caplog, options, told):
    expected = f"Option {told} has no effect: 'aer_simulator' does not know it."
    assert warnings_of(caplog, options) == [expected]


def test_unknown_experimental_options_are_named_shortly(caplog):
    [told] = warnings_of(caplog, {"experimental": {"image": "x" * 500}})
    assert told.startswith("Option experimental.image='xxx")
    assert told.endswith("... has no effect: the executor does not know it.")
    assert len(told) < 200


@pytest.mark.parametrize("seed", [-1, "7", 1.5, True], ids=repr)
def test_a_seed_that_is_none_is_named(caplog, seed):
    [told] = warnings_of(caplog, {"experimental": {"seed_simulator": seed}})
    assert told.endswith("expected a whole number from 0 up.")


def test_a_seed_that_the_backend_does_not_know_is_named(caplog):
    device = SimpleNamespace(name="a device", options=SimpleNamespace())
    options = read_options({"experimental": {"seed_simulator": 3}}, device)
    assert options.seed is None
    expected = (
        "Option experimental.seed_simulator=3 has no effect: 'a device' has none."
    )
    assert caplog.messages == [expected]


def test_an_option_that_the_backend_knows_is_passed_on(caplog, monkeypatch):
    backend, seen = local_backend("aer_simulator"), []
    backend.options.update_options(rep_delay=None)
    run_aer = type(backend._backend).run

    def watched(self, circuits, **options):
        seen.append(options.pop("rep_delay", "not given"))
        return run_aer(self, circuits, **options)

    monkeypatch.setattr(type(backend._backend), "run", watched)
    assert warnings_of(caplog, {"rep_delay": 0.25}, backend) == []
    assert seen == [0.25]
