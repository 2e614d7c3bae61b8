"""What would differ on the service: the report at the end of a local run."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from program_runtime import codec, execution, metadata
from program_runtime.errors import CodecError
from toolkit.checks.finding import Code, Severity
from toolkit.harness import comparison
from toolkit.harness.comparison import Difference

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from program_runtime.execution import Event, Limits, Outcome
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "Measure", "ParityReport", "examine"]

INPUT_CHANGED = Code("QRT501", Severity.WARNING, "An input changes on its way")
MESSAGE_CHANGED = Code("QRT502", Severity.WARNING, "A message changes on its way")
OWN_ENCODING = Code("QRT503", Severity.WARNING, "A message needs its own decoder")
INTERIM_SCHEMA = Code("QRT504", Severity.WARNING, "An interim result breaks its schema")
RESULT_SCHEMA = Code("QRT505", Severity.WARNING, "The result breaks its schema")
NEAR_LIMIT = Code("QRT506", Severity.WARNING, "The run comes close to a limit")

CODES = (
    INPUT_CHANGED,
    MESSAGE_CHANGED,
    OWN_ENCODING,
    INTERIM_SCHEMA,
    RESULT_SCHEMA,
    NEAR_LIMIT,
)

_NEAR = 0.8
_MOST_MESSAGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a run used of what is allowed."""

    name: str
    value: float
    limit: float | None
    unit: str
    """``bytes`` or ``s``."""

    @property
    def share(self) -> float | None:
        """The used part of the limit, 1.0 = all of it; None without a limit."""
        return self.value / self.limit if self.limit else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityReport:
    """What would differ on the service, and how near the run came to the limits."""

    findings: tuple[Finding, ...]
    measures: tuple[Measure, ...]
    interim_examined: int
    """How many interim results were looked at: the first thousand."""
    interim_total: int

    @property
    def ok(self) -> bool:
        """Whether there is no finding."""
        return not self.findings


def examine(
    spec: Mapping[str, Any],
    *,
    inputs: Mapping[str, Any],
    inputs_text: str,
    events: Sequence[Event],
    outcome: Outcome,
    limits: Limits,
    ignored: Collection[str] = (),
) -> ParityReport:
    """Judge a finished run.

    Args:
        spec: The metadata's ``spec`` with the schemas of what goes in and out.
        inputs: The values that were sent.
        inputs_text: Their encoded form.
        events: All events of the run.
        outcome: How it ended.
        limits: What it ran under.
        ignored: Codes that the project does not want to hear.

    Returns:
        The report.
    """
    interim = _texts(events, execution.EventType.INTERIM)
    results = _texts(events, execution.EventType.RESULT)
    measures = tuple(_measures(inputs_text, events, outcome, limits))
    examined = interim[:_MOST_MESSAGES]
    findings = [
        *_inputs(inputs),
        *_messages(
            examined, "interim result", spec.get("interim_results"), INTERIM_SCHEMA
        ),
        *_messages(results, "result", spec.get("return_values"), RESULT_SCHEMA),
        *_near(measures),
    ]
    return ParityReport(
        findings=tuple(f for f in _once(findings) if f.code not in ignored),
        measures=measures,
        interim_examined=len(examined),
        interim_total=len(interim),
    )


def _texts(events: Sequence[Event], kind: execution.EventType) -> list[str]:
    return [e.data for e in events if e.type is kind and e.data is not None]


def _inputs(inputs: Mapping[str, Any]) -> Iterator[Finding]:
    for difference in comparison.round_trip(dict(inputs), "inputs"):
        yield INPUT_CHANGED.finding(
            f"{difference.message}.",
            path=difference.path,
            hint="Send a value that main receives unchanged.",
        )


def _messages(
    texts: Sequence[str], what: str, schema: Mapping[str, Any] | None, code: Code
) -> Iterator[Finding]:
    for text in texts:
        try:
            value, changes = _decoded(text, what)
        except CodecError as err:
            yield OWN_ENCODING.finding(
                f"The standard decoder can not read it: {err}",
                path=what,
                hint="Callers have to pass a result_decoder.",
            )
            continue
        for change in changes:
            yield MESSAGE_CHANGED.finding(f"{change.message}.", path=change.path)
        if schema:
            for problem in metadata.validate_value(schema, value, path=what):
                yield code.finding(
                    problem.message, path=problem.path, hint=problem.hint
                )


def _decoded(text: str, what: str) -> tuple[Any, list[Difference]]:
    """Decode as a caller does; what the decoder warns of is a change too."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = codec.decode(text)
        changes = comparison.round_trip(value, what)
    warned = dict.fromkeys(str(w.message).rstrip(".") for w in caught)
    return value, [*(Difference(what, message) for message in warned), *changes]


def _measures(
    inputs_text: str, events: Sequence[Event], outcome: Outcome, limits: Limits
) -> Iterator[Measure]:
    def size(name: str, value: int, limit: int | None) -> Measure:
        return Measure(name=name, value=value, limit=limit, unit="bytes")

    kinds = execution.EventType
    sizes = {
        kind: [len(text.encode()) for text in _texts(events, kind)] for kind in kinds
    }
    messages = [*sizes[kinds.INTERIM], *sizes[kinds.METRIC], *sizes[kinds.CHECKPOINT]]
    yield size("inputs", len(inputs_text.encode()), limits.inputs_bytes)
    yield size("largest message", max(messages, default=0), limits.message_bytes)
    yield size("all messages", sum(messages), limits.messages_bytes)
    yield size("result", max(sizes[kinds.RESULT], default=0), limits.result_bytes)
    yield size("logs", sum(sizes[kinds.LOG]), limits.log_bytes)
    usage = outcome.usage
    yield Measure(name="time", value=usage.wall_s, limit=limits.wall_time_s, unit="s")
    peak = usage.peak_memory_bytes or 0
    yield size("peak memory", peak, limits.memory_bytes)


def _near(measures: Sequence[Measure]) -> Iterator[Finding]:
    for measure in measures:
        if measure.share is not None and measure.share >= _NEAR:
            yield NEAR_LIMIT.finding(
                f"{measure.value:g} {measure.unit} of {measure.limit:g} "
                f"({measure.share:.0%}) are used.",
                path=measure.name,
            )


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """Drop repetitions: a thousand messages with one fault are one finding."""
    return list(dict.fromkeys(findings))
