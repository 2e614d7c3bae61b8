"""A gateway's log as events: each once, in order, whatever else is in the log."""

import json

import pytest

from toolkit.publish.targets.qiskit_serverless.log_lines import LogReader, plain_text

FINAL = '{"status": "Completed"}'


def line(seq, kind="interim", data="{}"):
    body = {"seq": seq, "time": 1.5, "type": kind, "data": data}
    return f"qrt-event {json.dumps(body)}\n"


def read(reader, log, **options):
    return [(e.seq, e.type, e.data) for e in reader.read(log, **options)]


def test_events_and_lines_come_in_the_order_of_the_log():
    log = f"hello\n{line(1)}{line(2, 'metric', 'm')}bye\n{line(3, 'status', FINAL)}"
    assert read(LogReader(), log) == [
        (0, "log", "hello\n"),
        (1, "interim", "{}"),
        (2, "metric", "m"),
        (2, "log", "bye\n"),
        (3, "status", FINAL),
    ]


def test_a_growing_log_gives_each_event_and_each_line_once():
    reader, log = LogReader(), ""
    seen = []
    for part in ("one\n", line(1), "two\nth", "ree\n", line(2)[:20], line(2)[20:]):
        log += part
        seen += read(reader, log)
    assert [data for _, kind, data in seen if kind == "log"] == [
        "one\n", "two\n", "three\n",
    ]  # fmt: skip
    assert [seq for seq, kind, _ in seen if kind == "interim"] == [1, 2]


def test_the_last_line_may_lack_its_end():
    assert read(LogReader(), line(1).rstrip()) == [(1, "interim", "{}")]
    assert read(LogReader(), "half a li") == []
    assert read(LogReader(), "a line", final=True) == [(0, "log", "a line\n")]


def test_half_a_line_to_which_the_gateway_gave_an_end_is_read_again_when_it_has_grown():
    reader, half = LogReader(), line(1)[:-9]
    assert read(reader, f"a\n{half}\n") == [(0, "log", "a\n")]
    assert read(reader, f"a\n{line(1)}50 %\n") == [
        (1, "interim", "{}"),
        (1, "log", "50 %\n"),
    ]
    assert read(reader, f"a\n{line(1)}50 % {line(2)}") == [
        (1, "log", "50 % \n"),
        (2, "interim", "{}"),
    ]


def test_what_was_seen_is_not_given_again():
    log = f"a\n{line(1)}b\n{line(2)}c\n"
    assert read(LogReader(after=1), log) == [
        (1, "log", "b\n"),
        (2, "interim", "{}"),
        (2, "log", "c\n"),
    ]


def test_what_the_gateway_dropped_of_a_long_log_is_told():
    reader = LogReader()
    read(reader, f"first\n{line(1)}{line(2)}")
    dropped = f"[Logs exceeded maximum allowed size (50 MB).]\n{line(2)}x\n{line(5)}"
    told = read(reader, dropped)
    assert told == [
        (2, "log", "x\n"),
        (
            2,
            "log",
            "[events 3 to 4 are lost: the gateway keeps the end of long logs only]\n",
        ),
        (5, "interim", "{}"),
    ]


def test_what_the_program_prints_on_the_same_line_is_kept_apart():
    assert read(LogReader(), f"50 %... {line(1)}") == [
        (0, "log", "50 %... \n"),
        (1, "interim", "{}"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "qrt-event {",
        "qrt-event []",
        'qrt-event {"seq": 1}',
        'qrt-event {"seq": true, "time": 1, "type": "interim", "data": "{}"}',
        'qrt-event {"seq": 1, "time": 1, "type": "interim", "data": 7}',
        "qrt-event " + "[" * 9999,
    ],
    ids=["broken", "list", "incomplete", "boolean", "number", "deep"],
)
def test_a_line_that_only_looks_like_an_event_is_a_line(text):
    assert read(LogReader(), f"{text}\n", final=True) == [(0, "log", f"{text}\n")]


def test_nothing_follows_the_event_that_ends_the_job():
    failure = {"code": "program_error", "message": "m", "traceback": None}
    reader = LogReader()
    log = line(1, "error", json.dumps(failure)) + line(
        2, "status", '{"status": "Failed"}'
    )
    assert len(read(reader, f"{log}error: program_error: m\n")) == 2
    assert reader.ended
    assert reader.failure == failure


def test_the_programs_own_text_is_the_log_without_the_events():
    log = f"a\n{line(1)}\nb{line(2)}c"
    assert plain_text(log) == "a\n\nb\nc"
    assert plain_text(f"a\n{line(1)}b\n") == "a\nb\n"
    assert plain_text("") == ""
