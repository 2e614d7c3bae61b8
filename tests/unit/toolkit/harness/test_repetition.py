"""Two runs with one seed, compared."""

import pytest

from program_runtime import codec, execution
from toolkit.harness import HarnessRun, ParityReport
from toolkit.harness.repetition import with_repetition

COMPLETED = execution.JobStatus.COMPLETED
EMPTY = ParityReport(findings=(), measures=(), interim_examined=0, interim_total=0)


def a_run(result=1, interim=(), status=COMPLETED):
    values = [*(("interim", value) for value in interim), ("result", result)]
    events = tuple(
        execution.Event(n, float(n), execution.EventType(kind), codec.encode(value))
        for n, (kind, value) in enumerate(values, 1)
    )
    outcome = execution.Outcome(status=status)
    return HarnessRun(outcome=outcome, events=events, report=EMPTY)


def found(first, second):
    report = with_repetition(first, second).report
    assert {finding.code for finding in report.findings} <= {"QRT507"}
    return [f"{f.path}: {f.message}" for f in report.findings]


def test_messages_in_an_encoding_of_the_programs_own_are_compared_as_texts():
    texts = iter(["not JSON", "not JSON", "not JSON", "other"])

    def encoded():
        run = a_run()
        event = execution.Event(1, 1.0, execution.EventType.RESULT, next(texts))
        return HarnessRun(outcome=run.outcome, events=(event,), report=EMPTY)

    assert found(encoded(), encoded()) == []
    told = ["result: The second run has something else here."]
    assert found(encoded(), encoded()) == told


def test_runs_that_say_the_same_have_no_finding():
    first = a_run({"e": [1.5, 2]}, [{"n": 0}, {"n": 1}])
    second = a_run({"e": [1.5, 2]}, [{"n": 0}, {"n": 1}])
    assert found(first, second) == []
    assert with_repetition(first, second).events == first.events


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (
            a_run(1.5),
            a_run(2.5),
            ["result: The second run has something else here."],
        ),
        (
            a_run(1, [{"e": 1.0}, {"e": 2.0}, {"e": 3.0}]),
            a_run(1, [{"e": 1.0}, {"e": 2.5}, {"e": 3.5}]),
            ["interim result 1['e']: The second run has something else here."],
        ),
        (
            a_run({"a": 1}, [1]),
            a_run({"a": 2}, [1, 2]),
            [
                "interim result 1: Only the second run has it.",
                "result['a']: The second run has something else here.",
            ],
        ),
        (a_run(1, [1]), a_run(1), ["interim result 0: Only the first run has it."]),
        (
            a_run(),
            a_run(status=execution.JobStatus.FAILED),
            ["status: The runs ended Completed, then Failed."],
        ),
    ],
)
def test_the_first_difference_of_each_kind_is_told(first, second, told):
    assert found(first, second) == told


def test_a_difference_that_the_project_ignores_is_not_in_the_report():
    assert with_repetition(a_run(1), a_run(2), ignored={"QRT507"}).report.ok
    assert not with_repetition(a_run(1), a_run(2), ignored={"QRT506"}).report.ok
