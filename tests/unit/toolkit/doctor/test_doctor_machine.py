"""``toolkit.doctor`` about the machine: versions, simulator, isolation, disk, port."""

import os
import socket
import subprocess
import sys
from importlib import metadata
from types import SimpleNamespace

import pytest

from program_runtime.client import local, profiles
from program_runtime.client.secret import Secret
from program_runtime.errors import ExecutionError
from program_runtime.execution.confinement import probe
from toolkit.doctor import (
    Situation,
    State,
    examination,
    examine,
    isolation,
    room,
    simulator,
    versions,
)


@pytest.fixture
def situation(tmp_path):
    """Make a situation; nothing is in its folders."""

    def make(**fields):
        given = {"data_dir": tmp_path / "data", "config_dir": tmp_path / "config"}
        return Situation(**{**given, "way": None, "port": 0, **fields})

    return make


def told(check, situation):
    return {each.name: each for each in check(situation)}


def state(check, situation):
    return [(each.name, str(each.state)) for each in check(situation)]


# Versions


def without(monkeypatch, *names):
    """Make packages seem to be missing."""
    version = metadata.version

    def fake(name):
        if name in names:
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", fake)


def test_versions_are_named(situation):
    found = told(versions.check, situation())
    assert {each.state for each in found.values()} == {State.OK}
    assert found["python"].message == f"{sys.version.split()[0]} ({sys.executable})"
    assert found["qiskit"].message == metadata.version("qiskit")
    assert found["qiskit-aer"].message == metadata.version("qiskit-aer")
    assert found["toolkit"].message.startswith("qiskit-program-toolkit 0.")
    assert "service packages" not in found


def test_a_package_that_is_missing_is_a_problem(situation, monkeypatch):
    without(monkeypatch, "qiskit-aer", "websockets", "uvloop")
    found = told(versions.check, situation())
    assert found["packages"].state is State.PROBLEM
    assert found["packages"].message == "not installed: qiskit-aer, websockets"
    assert found["packages"].hint == (
        "python -m pip install --upgrade qiskit-program-toolkit"
    )
    assert "qiskit-aer" not in found
    assert "service packages" not in found


def test_the_extra_of_the_service_may_be_missing(situation, monkeypatch):
    without(monkeypatch, "fastapi")
    found = told(versions.check, situation())
    assert found["service packages"].state is State.WARNING
    assert found["service packages"].message == (
        "no service can run here: fastapi not installed"
    )
    assert "[service]" in found["service packages"].hint


# Simulator


def test_a_bell_pair_is_sampled(situation):
    [found] = simulator.check(situation())
    assert found.state is State.OK
    assert found.message.startswith("a Bell pair, in ")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("import qiskit_arrr", "No module named 'qiskit_arrr'"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "ended by SIGILL"),
        ("raise SystemExit(3)", "exit code 3"),
    ],
    ids=["no module", "crash", "silent"],
)
def test_a_simulator_that_fails_is_a_problem(situation, monkeypatch, script, message):
    monkeypatch.setattr(simulator, "_BELL", script)
    [found] = simulator.check(situation())
    assert found.state is State.PROBLEM
    assert message in found.message
    assert found.hint.startswith("python -m pip install --force-reinstall")


def test_a_simulator_that_hangs_is_a_problem(situation, monkeypatch):
    def hang(*_, timeout, **__):
        raise subprocess.TimeoutExpired("python", timeout)

    monkeypatch.setattr(subprocess, "run", hang)
    [found] = simulator.check(situation())
    assert (found.state, found.message) == (
        State.PROBLEM,
        "no Bell pair within 120 s",
    )


# Isolation

OFFERS = {
    "all": {"strong": [], "reduced": [], "none": []},
    "no namespaces": {"strong": ["no namespaces"], "reduced": [], "none": []},
    "nothing": {"strong": ["no Linux"], "reduced": ["no Linux"], "none": []},
}


@pytest.mark.parametrize(
    ("offer", "asked", "expected", "message"),
    [
        ("all", "auto", State.OK, "strong"),
        ("all", "reduced", State.OK, "strong"),
        (
            "no namespaces",
            "auto",
            State.WARNING,
            "reduced; not strong: no namespaces",
        ),
        (
            "nothing",
            "auto",
            State.WARNING,
            "none; not strong: no Linux; not reduced: no Linux",
        ),
        (
            "no namespaces",
            "strong",
            State.PROBLEM,
            "strong is asked for, but not offered: no namespaces",
        ),
        (
            "all",
            "perfect",
            State.PROBLEM,
            "perfect is asked for, but not offered: it was not tried",
        ),
    ],
)
def test_the_levels_are_said_and_why_not_the_stronger(
    *, situation, monkeypatch, offer, asked, expected, message
):
    monkeypatch.setattr(probe, "probe_machine", lambda: OFFERS[offer])
    [found] = isolation.check(situation(isolation=asked))
    assert (found.state, found.message) == (expected, message)
    assert (found.hint is None) == (expected is State.OK)


def test_a_probe_that_fails_is_said(situation, monkeypatch):
    def fail():
        raise ExecutionError("no process")

    monkeypatch.setattr(probe, "probe_machine", fail)
    [found] = isolation.check(situation())
    assert found.state is State.PROBLEM
    assert found.message == "the levels can not be tried: no process"


# Disk and port


@pytest.mark.parametrize(
    ("free", "files", "expected"),
    [
        (50_000_000_000, 1_000_000, State.OK),
        (1_000_000_000, 1_000_000, State.WARNING),
        (100_000_000, 1_000_000, State.PROBLEM),
        (50_000_000_000, 10, State.PROBLEM),
    ],
)
def test_a_disk_with_little_room_is_said(situation, monkeypatch, free, files, expected):
    facts = SimpleNamespace(
        f_bavail=free // 4096, f_frsize=4096, f_files=2_000_000, f_favail=files
    )
    monkeypatch.setattr(os, "statvfs", lambda path: facts)
    [found] = room.check(situation())
    assert (found.name, found.state) == ("disk", expected)
    assert (f"for {files} files only" in found.message) == (files == 10)


def test_a_file_system_that_counts_no_files_has_room(situation, monkeypatch):
    facts = SimpleNamespace(f_bavail=10**7, f_frsize=4096, f_files=0, f_favail=0)
    monkeypatch.setattr(os, "statvfs", lambda path: facts)
    assert state(room.check, situation()) == [("disk", "ok")]


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_a_port_that_is_taken_is_a_warning(situation, listener):
    port = listener.getsockname()[1]
    found = told(room.check, situation(port=port))["port"]
    assert found.state is State.WARNING
    assert found.message == (
        f"`qrt serve` can not listen on {port}: another program uses it"
    )
    assert found.hint == "`qrt serve --port 0` takes a free one."


def test_a_port_that_the_own_service_has_is_fine(situation, listener, monkeypatch):
    port = listener.getsockname()[1]
    running = profiles.Profile(
        name="local", url=f"http://127.0.0.1:{port}", token=Secret("t")
    )
    monkeypatch.setattr(local, "find_local_service", lambda folder: running)
    found = told(room.check, situation(port=port))["port"]
    assert (found.state, found.message) == (State.OK, f"{port}, used by your service")


def test_a_port_that_is_free_is_fine(situation, listener):
    port = listener.getsockname()[1]
    listener.close()
    assert told(room.check, situation(port=port))["port"].message == f"{port} is free"


def test_every_check_has_its_turn(situation, monkeypatch):
    def one(number):
        return lambda situation: iter([number])

    checks = tuple(one(number) for number in range(len(examination._CHECKS)))
    monkeypatch.setattr(examination, "_CHECKS", checks)
    assert list(examine(situation())) == list(range(8))
