"""Does a program that is killed and goes on from its last checkpoint say the same?"""

from __future__ import annotations

import random
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from program_runtime import codec, execution
from program_runtime.errors import CodecError
from toolkit.checks.finding import Code, Severity
from toolkit.harness import comparison, repetition
from toolkit.harness.machine import AUTO, Harness
from toolkit.harness.run import run_project

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from program_runtime.execution import Event, Outcome
    from toolkit.checks.finding import Finding
    from toolkit.harness.run import HarnessRun
    from toolkit.project.project import Project

__all__ = ["CODES", "Interruption", "Trial", "kill_and_resume"]

NOT_RESUMED = Code("QRT508", Severity.ERROR, "A run that was killed does not go on")
NO_CHECKPOINT = Code("QRT509", Severity.ERROR, "The program saves no checkpoint")
CODES = (NOT_RESUMED, NO_CHECKPOINT)

_KINDS = execution.EventType
_NAMES = {
    _KINDS.INTERIM: "interim result",
    _KINDS.METRIC: "metric",
    _KINDS.RESULT: "result",
}
_RESUME_HINT = (
    "Save everything that the rest of the run depends on: the iteration, the point, "
    "the state of a random number generator, of an optimiser."
)
_SAVE_HINT = (
    "Call user_messenger.checkpoint(state) in each iteration, and begin with "
    "user_messenger.restored if it is not None."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """One kill, and what came of it."""

    after: str
    """The last message that was stored, such as ``interim result 3``."""
    checkpoint: int
    """The number of the checkpoint that the run went on from, counted from 0."""
    killed: bool
    """Whether it was still at work, and so died of it."""
    finding: Finding | None
    """The first difference to the undisturbed run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was seen of a program that was killed several times."""

    undisturbed: HarnessRun
    interruptions: tuple[Interruption, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether every resumed run said what the undisturbed one had said."""
        return self.undisturbed.ok and not self.findings


def kill_and_resume(
    project: Project,
    inputs: Mapping[str, Any],
    *,
    seed: int,
    kills: int = 3,
    on_interruption: Callable[[Interruption], None] | None = None,
    level: str = AUTO,
    harness: Harness | None = None,
    **options: Any,
) -> Trial:
    """Kill a program at random places, resume it, and compare with an undisturbed run.

    What counts as stored is what had come up to the chosen place, however much more
    the process managed to say before it died: so the same seed tries the same places.

    Args:
        project: The project.
        inputs: By name, as for `run_project`.
        seed: Of the simulator, and of the choice of places.
        kills: How often; each time in another iteration, as long as there are some.
        on_interruption: Called after each one.
        level: Isolation, as for `run_project`.
        harness: A warm one to use, with one child that waits and no other run.
        **options: ``backend``, ``shots`` and ``max_time_s`` of `run_project`.

    Returns:
        What was seen; with findings, or with a run that failed without being killed.

    Raises:
        BadInputsError: The inputs do not fit the schema; nothing was run.
    """
    with nullcontext(harness) if harness else Harness(level=level) as warm:
        bench = _Bench(project, inputs, warm, {**options, "seed": seed})
        whole = bench.run()
        places = _choose_places(whole.events, kills, seed)
        seen = []
        for place in places if whole.ok else ():
            seen.append(bench.interrupt(whole, place))
            if on_interruption is not None:
                on_interruption(seen[-1])
    findings = [each.finding for each in seen if each.finding is not None]
    if whole.ok and not places:
        findings = [
            NO_CHECKPOINT.finding(
                "There is nothing to go on from: no checkpoint was saved.",
                path="program.py",
                hint=_SAVE_HINT,
            )
        ]
    return Trial(undisturbed=whole, interruptions=tuple(seen), findings=tuple(findings))


class _Bench:
    """Runs the same program with the same inputs and seed again and again."""

    def __init__(
        self,
        project: Project,
        inputs: Mapping[str, Any],
        harness: Harness,
        options: Mapping[str, Any],
    ) -> None:
        self._project = project
        self._inputs = inputs
        self._harness = harness
        self._options = options

    def run(
        self,
        *,
        restored: str | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> HarnessRun:
        return run_project(
            self._project,
            self._inputs,
            restored=restored,
            on_event=on_event,
            harness=self._harness,
            **self._options,
        )

    def interrupt(self, whole: HarnessRun, place: int) -> Interruption:
        """Kill after the event at ``place`` of the undisturbed run, and resume."""
        expected = whole.events[: place + 1]
        stored, outcome = self._killed(len(_messages(expected)))
        after = _name_last(expected)
        checkpoint = len(_checkpoints(expected)) - 1
        unlike = _first_difference(_messages(expected), _messages(stored), {})
        if unlike is None:
            resumed = self.run(restored=_checkpoints(stored)[-1].data)
            finding = _compare(whole, checkpoint, resumed)
        else:
            path, _ = unlike
            finding = repetition.NOT_REPEATED.finding(
                "Before it was killed the run already said something else than the "
                "undisturbed one with the same seed.",
                path=path,
                hint=repetition.HINT,
            )
        return Interruption(
            after=after,
            checkpoint=checkpoint,
            killed=outcome.code == "crashed",
            finding=finding,
        )

    def _killed(self, count: int) -> tuple[list[Event], Outcome]:
        """Run it until so many messages are stored, then kill its process."""
        stored: list[Event] = []

        def see(event: Event) -> None:
            if len(stored) < count and _is_message(event):
                stored.append(event)
                if len(stored) == count:
                    self._harness.kill()

        return stored, self.run(on_event=see).outcome


def _is_message(event: Event) -> bool:
    return event.type in {_KINDS.INTERIM, _KINDS.METRIC, _KINDS.CHECKPOINT}


def _messages(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if _is_message(event)]


def _checkpoints(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.type is _KINDS.CHECKPOINT]


def _choose_places(events: Sequence[Event], kills: int, seed: int) -> list[int]:
    """Choose iterations, which are what lies between two checkpoints, then a moment.

    Returns:
        Indices of messages, in order, each at or behind a checkpoint.
    """
    iterations: list[list[int]] = []
    for index, event in enumerate(events):
        if event.type is _KINDS.CHECKPOINT:
            iterations.append([])
        if iterations and _is_message(event):
            iterations[-1].append(index)
    choice = random.Random(seed)  # noqa: S311 - places, no secrets
    chosen = choice.sample(iterations, min(kills, len(iterations)))
    return sorted(choice.choice(iteration) for iteration in chosen)


def _name_last(events: Sequence[Event]) -> str:
    kind = events[-1].type
    number = sum(event.type is kind for event in events) - 1
    return f"{_NAMES.get(kind, str(kind))} {number}"


def _compare(whole: HarnessRun, checkpoint: int, resumed: HarnessRun) -> Finding | None:
    """Hold what a resumed run said against the rest of the undisturbed one."""
    if not resumed.ok:
        outcome = resumed.outcome
        return NOT_RESUMED.finding(
            f"The resumed run ended {outcome.status}: {outcome.code}: "
            f"{outcome.message}",
            path=f"after checkpoint {checkpoint}",
        )
    start = whole.events.index(_checkpoints(whole.events)[checkpoint]) + 1
    before = {
        kind: sum(event.type is kind for event in whole.events[:start])
        for kind in _NAMES
    }
    unlike = _first_difference(
        _said(whole.events[start:]), _said(resumed.events), before
    )
    if unlike is None:
        return None
    path, message = unlike
    return NOT_RESUMED.finding(message, path=path, hint=_RESUME_HINT)


def _said(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.type in _NAMES]


def _first_difference(
    expected: Sequence[Event],
    said: Sequence[Event],
    before: Mapping[execution.EventType, int],
) -> tuple[str, str] | None:
    """Find the first message that is another one: where, and what is unlike.

    Args:
        expected: Of the undisturbed run.
        said: Of the other one.
        before: How many of each kind came before these.
    """
    counts = dict(before)
    for one, other in zip_longest(expected, said):
        kind = (one or other).type
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        name = _NAMES.get(kind, str(kind))
        path = name if kind is _KINDS.RESULT else f"{name} {number}"
        if one is None or other is None or one.type is not other.type:
            return path, _missing(one, other)
        if one.data == other.data:
            continue
        pair = _decoded(one.data), _decoded(other.data)
        for difference in comparison.differences(*pair, path):
            return difference.path, "The undisturbed run has something else here."
    return None


def _missing(one: Event | None, other: Event | None) -> str:
    if other is None:
        return "Only the undisturbed run has it."
    if one is None:
        return "Only the resumed run has it."
    name = _NAMES.get(other.type, str(other.type))
    return f"The other run says something else in its place: {name}."


def _decoded(text: str | None) -> Any:
    try:
        return codec.decode(text or "")
    except (CodecError, ValueError):  # the program's own encoding
        return text
