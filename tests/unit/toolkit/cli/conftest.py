"""The command in this process, against a service that is a table of answers."""

import io
import sys

import pytest
from unit.toolkit.cli.fake_service import FakeApi, Told, event

from toolkit.cli import _main, _service


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory, and a home of the user beside it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("QRT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("QRT_DATA_DIR", str(tmp_path / "data"))
    return folder


@pytest.fixture
def qrt(here, capsys, monkeypatch):
    """Run a command line as the console script does, and check its exit code."""

    def run(*words, code=0, stdin=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        ended = _main.run([str(word) for word in words])
        told = Told(*capsys.readouterr())
        assert ended == code, (words, ended, told.stdout, told.stderr)
        return told

    return run


@pytest.fixture
def api(here, monkeypatch):
    """A service without a wire."""
    fake = FakeApi()
    monkeypatch.setattr(_service, "connect", lambda out, project=None: fake)
    return fake


@pytest.fixture
def stream(monkeypatch):
    """The events that a job's stream brings; an exception among them is raised."""
    events = [
        event(1, "status", '{"status": "Running"}'),
        event(2, "interim", '{"iteration": 0, "energy": -1.0}'),
        event(3, "log", "hello\n"),
        event(4, "interim", '{"iteration": 1, "energy": -1.5}'),
        event(5, "status", '{"status": "Completed"}'),
    ]

    class FakeStream:
        def __init__(self, api, job_id, *, after=0):
            self.last_seq = after

        def __iter__(self):
            for item in events:
                if isinstance(item, BaseException):
                    raise item
                if item.seq > self.last_seq:
                    self.last_seq = item.seq
                    yield item

    monkeypatch.setattr("program_runtime.client.stream.EventStream", FakeStream)
    return events
