"""What of a traceback shows source, and what only places."""

import json
import traceback

import pytest

from program_runtime.execution.events import Event, EventType
from program_runtime.execution.outcome import JobStatus, Outcome
from program_runtime.service.tracebacks import hide_source, without_source

SECRET = "planted_line"


def fail():
    planted_line = 1
    return planted_line / 0  # planted_line


def fail_with_cause():
    try:
        fail()
    except ZeroDivisionError as err:
        raise ValueError("first\n    second") from err  # planted_line


def fail_in_groups():
    failures = []
    for _ in range(2):
        try:
            fail()
        except ZeroDivisionError as err:
            failures.append(err)
    raise ExceptionGroup(  # planted_line
        "both",
        failures,  # planted_line
    )


def fail_to_compile():
    compile("def planted_line(:\n    planted_line\n", "program.py", "exec")


def fail_deep():
    def sink(depth):
        return sink(depth + 1)  # planted_line

    sink(0)


FAILURES = {
    "plain": (fail, "ZeroDivisionError: division by zero"),
    "with a cause": (fail_with_cause, "ValueError: first\n    second"),
    "in groups": (fail_in_groups, "ExceptionGroup: both (2 sub-exceptions)"),
    "of syntax": (fail_to_compile, "SyntaxError: invalid syntax"),
    "deep": (fail_deep, "more times]"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_the_places_stay_and_the_source_goes(kind):
    function, said = FAILURES[kind]
    with pytest.raises(BaseException) as raised:  # noqa: PT011 - each its own
        function()
    text = "".join(traceback.format_exception(raised.value))
    assert SECRET in text
    hidden = without_source(text)
    assert SECRET not in hidden
    assert said in hidden
    places = [line for line in text.splitlines() if 'File "' in line]
    assert [line for line in hidden.splitlines() if 'File "' in line] == places


def test_a_text_that_is_no_traceback_stays():
    text = "a\n    b\n\n  | c\n"
    assert without_source(text) == text


def test_the_end_of_a_job_is_told_without_source():
    trace = (
        'Traceback:\n  File "program.py", line 3, in main\n    planted_line()\nE: x\n'
    )
    error = {"code": "program_error", "message": "E: x", "traceback": trace}
    events = [
        Event(4, 1.0, EventType.LOG, trace),
        Event(5, 1.0, EventType.ERROR, json.dumps(error)),
        Event(6, 1.0, EventType.STATUS, '{"status": "Failed"}'),
    ]
    outcome = Outcome(status=JobStatus.FAILED, message="E: x", traceback=trace)
    hidden, end = hide_source(events, outcome)
    expected = 'Traceback:\n  File "program.py", line 3, in main\nE: x\n'
    assert end.traceback == expected
    assert json.loads(hidden[1].data) == {**error, "traceback": expected}
    assert (hidden[0], hidden[2]) == (events[0], events[2])
