"""A network that misbehaves on purpose, the same way each time.

Every fault is one that a real network makes good again: what was lost, late or twice
is there when it is asked for once more. So no event suffers more than one.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from program_runtime.client.roads import RoadBroken
from program_runtime.errors import InvalidValueError, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from toolkit.harness.event_log import EventLog

__all__ = ["Fault", "FaultPlan", "FaultyRoad", "read_faults"]

_MOST_APART = 3
_SLOW_S = 0.05


class Fault(StrEnum):
    """What happens to an event on its way."""

    DUPLICATE = "duplicate"
    """It comes twice."""
    DROP = "drop"
    """It does not come, but those behind it do."""
    REORDER = "reorder"
    """It comes behind the next one."""
    DISCONNECT = "disconnect"
    """The connection breaks after it."""
    SLOW = "slow"
    """It comes 50 ms late, and those behind it, too."""


def read_faults(words: Collection[str]) -> tuple[Fault, ...]:
    """Read the names of faults.

    Args:
        words: Such as ``drop`` and ``slow``.

    Returns:
        Each once, in the order of `Fault`.

    Raises:
        InvalidValueError: There are others among them; lists all.
    """
    known = [fault.value for fault in Fault]
    problems = [_unknown(word, known) for word in words if word not in known]
    if problems or not words:
        raise InvalidValueError(
            "These are no faults:" if problems else "No fault is named.",
            problems=problems,
            hint=f"There are: {', '.join(known)}.",
        )
    return tuple(fault for fault in Fault if fault in words)


def _unknown(word: str, known: list[str]) -> Problem:
    import difflib  # noqa: PLC0415 - only after a mistake

    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    meant = f"did you mean {near[0]!r}?" if near else "is no fault"
    return Problem(path=word or "''", message=meant)


class FaultPlan:
    """Which events suffer which fault: one in two or so, each fault equally often.

    Args:
        faults: Those to make.
        seed: The same seed hurts the same events, whatever the timing.
    """

    def __init__(self, faults: Collection[Fault], seed: int) -> None:
        self._faults = sorted(faults)
        self._random = random.Random(seed)  # noqa: S311 - faults, no secrets
        self._planned: dict[int, Fault] = {}
        self._last = 0
        self._round: list[Fault] = []

    def take(self, seq: int) -> Fault | None:
        """Say what happens to an event, which is nothing at its second try."""
        while self._last < seq:
            self._plan_next()
        return self._planned.pop(seq, None)

    def _plan_next(self) -> None:
        if not self._round:
            self._round = self._random.sample(self._faults, len(self._faults))
        self._last += self._random.randint(1, _MOST_APART)
        self._planned[self._last] = self._round.pop()


class FaultyRoad:
    """A `program_runtime.client.roads.Road` from a log, by way of a bad network.

    Args:
        log: The events of the run.
        plan: What happens to them.
    """

    def __init__(self, log: EventLog, plan: FaultPlan) -> None:
        self.hurt: Counter[Fault] = Counter()
        self.connections = 0
        self._log = log
        self._plan = plan
        self._late: list[dict[str, Any]] = []

    def frames(self, after: int) -> Iterator[list[dict[str, Any]]]:
        """Yield what the network leaves of each event."""
        self.connections += 1
        self._late = []
        yield []
        for frame in self._log.frames(after):
            # One by one: the reader leaves at the first that does not fit.
            for event in frame:
                fault = self._plan.take(event["seq"])
                if fault is not None:
                    self.hurt[fault] += 1
                yield self._left_of(event, fault)
                if fault is Fault.DISCONNECT:
                    raise RoadBroken("it was cut on purpose")
        yield self._late

    def close(self) -> None:
        """Let the log go on: it ends with the run."""

    def _left_of(
        self, event: dict[str, Any], fault: Fault | None
    ) -> list[dict[str, Any]]:
        if fault is Fault.SLOW:
            time.sleep(_SLOW_S)
        if fault is Fault.DROP:
            return []
        if fault is Fault.REORDER:
            self._late.append(event)
            return []
        again = [event] if fault is Fault.DUPLICATE else []
        late, self._late = self._late, []
        return [event, *again, *late]
