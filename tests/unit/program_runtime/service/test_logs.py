"""The log of the server: nothing in it steers, forges a line or holds a secret."""

import logging

import pytest

from program_runtime.service import logs
from program_runtime.service.domain import new_token

HOSTILE = "a\n2026-01-01 00:00:00 ERROR forged\r\x1b[2J\x1b]0;x\x07\u202e\x9b1m\ud800"


def record(capsys, write, *, level=logging.DEBUG):
    """Write records; returns what is on stderr then."""
    with logs.on_stderr(level):
        write(logging.getLogger("program_runtime.service.test"))
    return capsys.readouterr().err


def failing(kind, message):
    """Return what logs an exception that was raised and caught."""

    def fail():
        raise kind(message)

    def write(log):
        try:
            fail()
        except kind:
            log.exception("it failed")

    return write


def test_a_record_is_one_line_whatever_it_names(capsys):
    text = record(capsys, lambda log: log.warning("no job %s here", HOSTILE))
    assert text.count("\n") == 1
    assert text.isascii()
    assert not any(char < " " for char in text.rstrip("\n"))
    assert "no job a\\n2026-01-01 00:00:00 ERROR forged\\r\\x1b[2J" in text


def test_a_traceback_can_not_be_taken_for_a_record(capsys):
    text = record(capsys, failing(ValueError, HOSTILE))
    head, *below = text.splitlines()
    assert head.endswith(" ERROR program_runtime.service.test it failed")
    assert below[0] == "    | Traceback (most recent call last):"
    assert all(line.startswith("    | ") for line in below)
    assert "    | 2026-01-01 00:00:00 ERROR forged\\r\\x1b[2J" in text
    assert not any(char < " " for char in text.replace("\n", ""))


def test_the_stack_is_marked_as_well(capsys):
    text = record(capsys, lambda log: log.info("here", stack_info=True))
    assert "    | Stack (most recent call last):" in text


@pytest.mark.parametrize(
    "form",
    [
        "%s",
        "Authorization: Bearer %s",
        "{'authorization': 'apikey %s'}",
        "(b'authorization', b'Bearer %s')",
        "postgresql://qrt:%s@host/db",
    ],
)
def test_a_token_or_password_is_masked(capsys, form):
    token = new_token()
    text = record(capsys, lambda log: log.error("got %s", form % token))
    assert token not in text
    assert token[4:20] not in text
    assert "********" in text


@pytest.mark.parametrize(
    "form",
    ["Authorization: Bearer %s", "postgresql://qrt:%s@host/db", "< apikey: %s"],
)
def test_what_stands_where_secrets_do_is_masked_however_it_looks(capsys, form):
    text = record(capsys, failing(RuntimeError, form % "hunter2"))
    assert ("hunter2" in text) == ("apikey:" in form)


def test_plain_words_are_left_alone(capsys):
    said = "job job_01abc waits: the database is locked at https://host:8000/x"
    assert said in record(capsys, lambda log: log.warning(said))


def test_the_wires_say_nothing_at_debug(capsys):
    def write(_):
        for name in ("uvicorn.error", "websockets"):
            logging.getLogger(name).debug("< Authorization: Bearer x")
            logging.getLogger(name).info("info of %s", name)

    text = record(capsys, write)
    assert "Authorization" not in text
    assert text.count("info of") == 2


def test_what_logging_was_before_it_is_afterwards(capsys):
    root = logging.getLogger()
    before = root.handlers[:], root.level
    text = record(capsys, lambda log: log.info("quiet"), level=logging.WARNING)
    assert text == ""
    assert (root.handlers, root.level) == before
