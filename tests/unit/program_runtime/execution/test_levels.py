"""Levels of confinement: what is offered, and never something weaker silently."""

import resource
import subprocess
import sys

import pytest

from program_runtime.errors import ExecutionError
from program_runtime.execution import Level, Runner, available_levels, parse_level


@pytest.mark.skipif(sys.platform != "linux", reason="what Linux offers")
def test_auto_is_the_best_that_is_offered():
    assert available_levels() == (Level.NONE, Level.RLIMITS)
    assert parse_level("auto") is Level.RLIMITS


def test_elsewhere_there_is_none(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert available_levels() == (Level.NONE,)
    assert parse_level("auto") is Level.NONE


@pytest.mark.parametrize("text", ["reduced", "strong"])
def test_a_level_that_is_not_offered_is_an_error(text, tmp_path):
    message = (
        f"Isolation level '{text}' is not available: this version on {sys.platform} "
        "offers none, rlimits. Choose one of these; nothing weaker is chosen silently."
    )
    with pytest.raises(ExecutionError) as caught:
        Runner(spool_dir=tmp_path, level=text)
    assert str(caught.value) == message


def test_an_unknown_level_is_an_error():
    with pytest.raises(ExecutionError) as caught:
        parse_level("stron")
    assert str(caught.value) == (
        "There is no isolation level 'stron'. Choose auto or one of: none, rlimits."
    )


def test_rlimits_bind_the_process():
    script = (
        "from program_runtime.execution import Limits\n"
        "from program_runtime.execution.confinement import Level, confine, enter\n"
        "import resource as r\n"
        "r.setrlimit(r.RLIMIT_FSIZE, (9, 9))\n"
        "enter(Level.RLIMITS)\n"
        "confine(Level.RLIMITS, Limits(cpu_time_s=7, memory_bytes=10**9,\n"
        "                              file_bytes=100, open_files=50))\n"
        "print([r.getrlimit(k) for k in (r.RLIMIT_CORE, r.RLIMIT_NOFILE,\n"
        "       r.RLIMIT_FSIZE, r.RLIMIT_DATA)], r.getrlimit(r.RLIMIT_CPU)[0] >= 7)"
    )
    assert run(script) == ("[(0, 0), (50, 50), (9, 9), (1000000000, 1000000000)] True")


def test_none_binds_nothing():
    script = (
        "from program_runtime.execution import Limits\n"
        "from program_runtime.execution.confinement import Level, confine, enter\n"
        "import resource as r\n"
        "kinds = (r.RLIMIT_CORE, r.RLIMIT_NOFILE, r.RLIMIT_FSIZE)\n"
        "before = [r.getrlimit(k) for k in kinds]\n"
        "enter(Level.NONE)\n"
        "confine(Level.NONE, Limits(open_files=50))\n"
        "print(before == [r.getrlimit(k) for k in kinds])"
    )
    assert run(script) == "True"


def run(script):
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] != 50
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.strip()
