"""The report at the end of a run, without running anything."""

import pytest

from program_runtime.execution import (
    Event,
    EventType,
    JobStatus,
    Limits,
    Outcome,
    Usage,
)
from toolkit.harness import parity

SPEC = {
    "interim_results": {"properties": {"step": {"type": "integer"}}},
    "return_values": {"type": "integer"},
}


def examine(
    *texts, inputs=None, text="{}", limits=None, wall_s=1.0, memory=0, ignored=()
):
    """Judge a run that sent ``(kind, text)`` pairs."""
    events = [
        Event(number, 0.0, EventType(kind), data)
        for number, (kind, data) in enumerate(texts, start=1)
    ]
    usage = Usage(wall_s=wall_s, peak_memory_bytes=memory)
    return parity.examine(
        SPEC,
        inputs=inputs or {},
        inputs_text=text,
        events=events,
        outcome=Outcome(status=JobStatus.COMPLETED, usage=usage),
        limits=limits or Limits(wall_time_s=10.0),
        ignored=ignored,
    )


OWN = (
    '{"__type__": "settings", "__module__": "core", "__class__": "Point", '
    '"__value__": {"x": 1}}'
)
# code -> a run that shows it, and the same run once it is mended
EXAMPLES = {
    "QRT501": ({"inputs": {"text": (1, 2)}}, {"inputs": {"text": [1, 2]}}),
    "QRT502": ([("interim", OWN)], [("interim", '{"step": 1}')]),
    "QRT503": ([("interim", "{not json")], [("interim", "{}")]),
    "QRT504": ([("interim", '{"step": "one"}')], [("interim", '{"step": 1}')]),
    "QRT505": ([("result", '"six"')], [("result", "6")]),
    "QRT506": ({"wall_s": 8.5}, {"wall_s": 7.5}),
}


def report_of(example, **options):
    if isinstance(example, dict):
        return examine(**example, **options)
    return examine(*example, **options)


def test_every_code_has_an_example():
    assert sorted(EXAMPLES) == [code.code for code in parity.CODES]


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_a_run_shows_the_code_until_it_is_mended(code):
    failing, passing = EXAMPLES[code]

    assert [finding.code for finding in report_of(failing).findings] == [code]
    assert report_of(passing).ok


@pytest.mark.parametrize("code", sorted(EXAMPLES))
def test_what_the_project_ignores_is_not_in_the_report(code):
    failing, _ = EXAMPLES[code]

    assert report_of(failing, ignored={code}).ok
    assert not report_of(failing, ignored={"QRT130"}).ok


def shown(report):
    return [str(finding) for finding in report.findings]


def test_a_clean_run_has_no_findings():
    report = examine(("interim", '{"step": 1}'), ("result", "3"))

    assert report.ok
    assert shown(report) == []


def test_an_input_that_changes_is_found():
    assert shown(examine(inputs={"text": (1, 2)})) == [
        (
            "inputs['text']: warning QRT501: a tuple arrives as a list. "
            "Send a value that main receives unchanged."
        )
    ]


def test_many_messages_with_one_fault_are_one_finding():
    report = examine(*[("interim", '{"step": "one"}')] * 50, ("result", '"six"'))

    assert [(f.code, f.path) for f in report.findings] == [
        ("QRT504", "interim result.step"),
        ("QRT505", "result"),
    ]


def test_a_message_that_no_standard_decoder_reads_is_found():
    report = examine(("interim", "{not json"))

    assert [f.code for f in report.findings] == ["QRT503"]
    assert report.findings[0].message.startswith("The standard decoder can not read it")
    assert report.findings[0].hint == "Callers have to pass a result_decoder."


def test_a_message_with_a_type_of_the_authors_own_comes_back_as_a_dict():
    text = (
        '{"__type__": "settings", "__module__": "core", "__class__": "Point", '
        '"__value__": {"x": 1}}'
    )
    report = examine(("interim", text), ("interim", text))

    assert shown(report) == [
        (
            "interim result: warning QRT502: A value of type core.Point stays a dict: "
            "only Qiskit's operators and states are rebuilt from their settings."
        )
    ]


def test_only_the_first_thousand_messages_are_examined():
    report = examine(*[("interim", "{}")] * 1200)

    assert (report.interim_examined, report.interim_total) == (1000, 1200)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"wall_s": 8.5}, "time: warning QRT506: 8.5 s of 10 (85%) are used."),
        (
            {"limits": Limits(memory_bytes=1000), "memory": 900},
            "peak memory: warning QRT506: 900 bytes of 1000 (90%) are used.",
        ),
        (
            {"limits": Limits(inputs_bytes=10), "text": '{"a": "é"}'},
            "inputs: warning QRT506: 11 bytes of 10 (110%) are used.",
        ),
    ],
)
def test_a_run_near_a_limit_is_found(options, words):
    assert shown(examine(**options)) == [words]


def test_sizes_are_measured_in_bytes_against_the_limits():
    report = examine(
        ("interim", '"é"'),
        ("metric", "{}"),
        ("checkpoint", "12345678"),
        ("log", "a\n"),
        ("log", "b\n"),
        ("result", "3"),
        text="{}",
        memory=7,
    )
    measures = {m.name: (m.value, m.limit, m.unit) for m in report.measures}

    limits = Limits()
    assert measures == {
        "inputs": (2, limits.inputs_bytes, "bytes"),
        "largest message": (8, limits.message_bytes, "bytes"),
        "all messages": (14, limits.messages_bytes, "bytes"),
        "result": (1, limits.result_bytes, "bytes"),
        "logs": (4, limits.log_bytes, "bytes"),
        "time": (1.0, 10.0, "s"),
        "peak memory": (7, None, "bytes"),
    }
    assert report.measures[-1].share is None
