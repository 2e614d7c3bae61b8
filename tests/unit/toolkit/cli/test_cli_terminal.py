"""What a terminal gets: a live line, colour, questions, and no escapes of others."""

import json
import os
import pty
import sys
import threading
import time

import pytest
from unit.toolkit.cli.fake_service import JOB_ID, event

from toolkit.cli import _main, _show, _stream, _terminal
from toolkit.cli._output import Output


class Terminal:
    """A pseudo-terminal whose other end is read all the time."""

    def __init__(self):
        self._master, slave = pty.openpty()
        self.stream = os.fdopen(slave, "w", encoding="utf-8")
        self._pieces = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        while True:
            try:
                piece = os.read(self._master, 65536)
            except OSError:  # the other end is closed
                return
            self._pieces.append(piece)

    def text(self):
        """Close it and return everything that was written."""
        self.stream.close()
        self._reader.join()
        os.close(self._master)
        return b"".join(self._pieces).decode()


@pytest.fixture
def person(here, monkeypatch):
    """Run a command with a person at the terminal; returns what the person sees."""
    for name in ("NO_COLOR", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")

    def run(*words, stdout=False, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        terminal = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", terminal.stream)
            if stdout:
                patch.setattr(sys, "stdout", terminal.stream)
            code = _main.run(list(words))
        return code, terminal.text()

    return run


def test_the_live_line_is_drawn_over_itself(person, api, stream, monkeypatch):
    monkeypatch.setattr(_show, "FRAME_S", 0.0)
    code, seen = person("follow", JOB_ID, "--plot", "energy")
    assert code == 0
    # A log line interrupts the curve, which goes on below it.
    assert seen == (
        "\r\x1b[2Kenergy -1.000000  ▁  (1 value)\r\n"
        "log: hello\r\n"
        "\r\x1b[2Kenergy -1.500000  █▁  (2 values)"
        "\r\x1b[2Kenergy -1.500000  █▁  (2 values)\r\n"
        "job_1 Completed\r\n"
    )


def test_messages_faster_than_frames_are_drawn_once_and_at_the_end(
    person, api, stream, monkeypatch
):
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    stream[1:4] = [
        event(seq, "interim", f'{{"energy": {-seq}}}') for seq in range(2, 1002)
    ]
    stream[-1] = event(1002, "status", '{"status": "Completed"}')
    _, seen = person("follow", JOB_ID, "--plot", "energy")
    assert seen.count("\x1b[2K") == 2
    assert "(1000 values)" in seen


@pytest.mark.parametrize(
    "environment", [{"CI": "true"}, {"TERM": "dumb"}], ids=lambda e: next(iter(e))
)
def test_where_nothing_can_be_drawn_over_the_curve_comes_once(
    person, api, stream, environment
):
    _, seen = person("follow", JOB_ID, "--plot", "energy", **environment)
    assert "\x1b[2K" not in seen
    assert "energy -1.500000  █▁  (2 values)\r\n" in seen


def test_quiet_draws_nothing(person, api, stream):
    assert person("follow", JOB_ID, "--plot", "energy", "--quiet") == (0, "")


def test_ctrl_c_ends_the_live_line_first(person, api, stream):
    stream.insert(2, KeyboardInterrupt())
    code, seen = person("follow", JOB_ID, "--plot", "energy")
    assert code == 130
    assert "(1 value)\r\nDetached; job_1 goes on.\r\n" in seen


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=["plain", "NO_COLOR", "dumb"],
)
def test_errors_are_coloured_unless_asked_not_to(person, environment, coloured):
    code, seen = person("pubish", **environment)
    assert code == 2
    assert ("\x1b[31m\x1b[1merror:\x1b[0m No such" in seen) == coloured
    assert ("error: No such" in seen) != coloured


def test_pipes_are_never_coloured(qrt, monkeypatch):
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b" not in qrt("pubish", code=2).stderr


def test_a_terminal_gets_the_escapes_of_a_program_as_words(person, api):
    api.logs = lambda job_id: "a\x1b]0;title\x07\tb\r\n"
    assert person("logs", JOB_ID, stdout=True)[1] == "a\\x1b]0;title\\x07\tb\\r\r\n"
    api.result = "\x9b2J\u202e"
    assert person("result", JOB_ID, stdout=True)[1] == "\\x9b2J\\u202e\r\n"


def test_a_pipe_gets_what_the_program_wrote(qrt, api):
    api.logs = lambda job_id: "\x1b[1mbold\x1b[0m\n"
    assert qrt("logs", JOB_ID).stdout == "\x1b[1mbold\x1b[0m\n"


def test_text_of_a_service_in_an_error_can_not_steer_the_terminal(qrt, api):
    from program_runtime.errors import ApiError

    def refuse(job_id):
        raise ApiError("No\x1b[2J.", hint="\x1b]0;x\x07")

    api.logs = refuse
    told = qrt("logs", JOB_ID, code=1)
    assert told.stderr == "error: No\\x1b[2J.\nhint: \\x1b]0;x\\x07\n"


def test_the_traceback_of_verbose_can_not_steer_the_terminal(qrt, api):
    def fail(job_id):
        raise RuntimeError("No\x1b[2J.\x9b1m")

    api.logs = fail
    told = qrt("logs", JOB_ID, "-v", code=70)
    assert "RuntimeError: No\\x1b[2J.\\x9b1m" in told.stderr
    assert "\x1b" not in told.stderr
    assert "\x9b" not in told.stderr


def test_the_result_within_json_is_the_same_and_steers_nothing(qrt, api):
    api.result = '["a\u2028b\u202e\x9b1m",\r\n 1]'
    told = qrt("result", JOB_ID, "--json")
    assert told.json["result"] == json.loads(api.result)
    assert told.stdout.isascii()


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain ü 日本 🎉", "plain ü 日本 🎉"),
        ("a\nb\tc", "a\nb\tc"),
        ("\x00\x7f", "\\x00\\x7f"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("\ud800", "\\ud800"),
    ],
)
def test_only_what_steers_is_escaped(text, safe):
    assert _terminal.safe(text) == safe


def test_one_line_stays_one_line():
    assert _terminal.one_line("a\nb\tc") == "a\\nb\\tc"


@pytest.mark.parametrize(
    ("terminals", "as_json", "environment", "asks"),
    [
        (True, False, {}, True),
        (True, True, {}, False),
        (True, False, {"CI": "1"}, False),
        (False, False, {}, False),
    ],
)
def test_only_a_person_is_asked(monkeypatch, terminals, as_json, environment, asks):
    monkeypatch.delenv("CI", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    if terminals:
        monkeypatch.setattr(sys, "stdin", terminal.stream)
        monkeypatch.setattr(sys, "stderr", terminal.stream)
    found = Output(as_json=as_json).asks
    terminal.text()
    assert found == asks


def test_a_plot_key_that_never_came_is_answered_with_the_meant_one(qrt, api, stream):
    told = qrt("follow", JOB_ID, "--plot", "enery")
    assert (
        "warning: no interim result held a number 'enery'. Did you mean 'energy'?"
        in (told.stderr)
    )
    told = qrt("follow", JOB_ID, "--plot", "zzz")
    assert "Numbers: iteration, energy." in told.stderr
    stream[1] = event(2, "interim", '"text"')
    stream[3] = event(4, "interim", None, blob="sha256:1", size=99)
    told = qrt("follow", JOB_ID, "--plot", "zzz")
    assert "Numbers: none." in told.stderr
    assert "   2  (large: 99 bytes)\n" in told.stderr


def test_a_stream_without_interim_results_has_no_curve(qrt, api, stream):
    del stream[1:4]
    told = qrt("follow", JOB_ID, "--plot", "energy")
    assert told.stderr == "job_1 Completed\n"


def test_a_watcher_of_a_local_run_needs_no_way_to_fetch(capsys):
    watcher = _stream.Watcher(Output(), interim_is_data=True)
    watcher.see(event(1, "interim", None, blob="sha256:1", size=9))
    assert capsys.readouterr().out == "null\n"
