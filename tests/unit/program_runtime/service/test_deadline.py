"""The end of the process that comes in any case, and the signals that set it."""

import os
import signal
import threading
from types import SimpleNamespace

import uvicorn

from program_runtime.service import deadline as deadlines
from program_runtime.service.deadline import Deadline
from program_runtime.service.http_server import Server


def test_a_deadline_comes_once_and_only_if_it_is_not_cancelled():
    came = threading.Event()
    with Deadline(came.set) as deadline:
        deadline.set(3600)
        deadline.set(0)
        assert came.wait(10)
    came.clear()
    with Deadline(came.set) as deadline:
        deadline.set(0.2)
    assert not came.wait(0.5)


def test_the_hard_end_is_an_exit_that_says_so(monkeypatch, caplog):
    codes = []
    monkeypatch.setattr(os, "_exit", codes.append)
    deadlines.end_hard()
    assert codes == [1]
    assert "did not end in time" in caplog.text


def test_the_first_signal_begins_the_end_and_the_second_hurries_it():
    hurried, ends = [], []
    context = SimpleNamespace(
        scheduler=SimpleNamespace(hurry=lambda: hurried.append(True))
    )
    deadline = SimpleNamespace(set=ends.append)
    server = Server(uvicorn.Config(None, log_config=None), context, deadline)
    server.handle_exit(signal.SIGTERM, None)
    assert (server.should_exit, server.force_exit, hurried) == (True, False, [])
    server.handle_exit(signal.SIGINT, None)
    assert (server.force_exit, hurried) == (True, [True])
    server.handle_exit(signal.SIGINT, None)
    server.handle_exit(signal.SIGINT, None)
    assert ends == [14.5, 4.0, 0.0, 0.0]
