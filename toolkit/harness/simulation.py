"""A device's bad days, simulated: its queue, the end of a session, its drift.

The clock is simulated, too. It stands still while the program computes; each quantum
call lets it go on by the wait in the queue and by one second of execution. So nobody
sits through a queue of half a minute to see what two hundred calls make of it, and a
run with the same seed is the same run. What it can not show is a program that looks at
a clock of its own, or gives up on ``job.result(timeout=...)``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from program_runtime.client.durations import to_seconds
from program_runtime.errors import InvalidValueError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CALL_S", "Clock", "SessionOverError", "Simulation", "read_simulation"]

CALL_S: Final = 1.0
"""What a quantum call takes on the simulated device, in seconds."""
_MINUTE_S: Final = 60.0
_MOST_DRIFT: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What shall happen; nothing, if nothing is said."""

    queue: float = 0.0
    """Seconds that each quantum call waits before it is executed."""
    ttl: float | None = None
    """Seconds after the first execution at which the session is over."""
    drift: float = 0.0
    """By how much the readout error grows, a minute: the probability that a measured
    bit is read as the other one."""
    max_time: float | None = None
    """Seconds that the program may run, its waits in the queue not counted."""


def read_simulation(words: Iterable[str]) -> Simulation:
    """Read words such as ``queue=30s``.

    Args:
        words: A name of `Simulation` each, ``=``, and a duration (``30s``, ``5m``,
            ``1h 30m``) or, for the drift, a number from 0 to 0.5.

    Raises:
        InvalidValueError: Lists all that is wrong.
    """
    known = [field.name for field in fields(Simulation)]
    values: dict[str, float] = {}
    problems: list[Problem] = []
    for word in words:
        name, _, text = (part.strip() for part in word.partition("="))
        try:
            if name not in known:
                raise ValueError(_unknown(name, known))  # noqa: TRY301 - as the others
            if name in values:
                raise ValueError("is said twice")  # noqa: TRY301
            values[name] = _drift(text) if name == "drift" else _seconds(text)
        except ValueError as error:
            problems.append(Problem(path=name or "''", message=str(error)))
    if problems or not values:
        raise InvalidValueError(
            "This can not be simulated:" if problems else "Nothing is simulated.",
            problems=problems,
            hint="For example: queue=30s,ttl=5m,drift=0.02,max_time=60s",
        )
    return Simulation(**values)


def _unknown(name: str, known: list[str]) -> str:
    import difflib  # noqa: PLC0415 - only after a mistake

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"is none of {', '.join(known)}"


def _seconds(text: str) -> float:
    try:
        return float(to_seconds(int(text) if text.isdecimal() else text))
    except ValueError:
        raise ValueError(
            f"{text!r} is no duration above zero, such as 30s or 5m"
        ) from None


def _drift(text: str) -> float:
    try:
        drift = float(text)
    except ValueError:
        drift = -1.0
    if not 0 <= drift <= _MOST_DRIFT:
        raise ValueError(f"{text!r} is no number from 0 to {_MOST_DRIFT}")
    return drift


class SessionOverError(Exception):
    """The call came too late for the session."""


class Clock:
    """The simulated time of one run, and what has happened so far.

    Args:
        simulation: What shall happen.

    Example:
        >>> clock = Clock(Simulation(queue=30.0, drift=0.02))
        >>> clock.call(), clock.call()
        (0.0, 0.010333333333333333)
        >>> clock.now_s
        62.0
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._opened_s: float | None = None
        self.now_s = 0.0
        self.calls = 0
        self.refused = 0
        self.queued_s = 0.0
        self.worst_error = 0.0

    def call(self) -> float:
        """Let a quantum call wait and be executed.

        Returns:
            The readout error at that time, as a probability.

        Raises:
            SessionOverError: The session was over before it came to that.
        """
        self.calls += 1
        self.now_s += self._simulation.queue
        self.queued_s += self._simulation.queue
        if self._opened_s is None:
            self._opened_s = self.now_s
        open_s = self.now_s - self._opened_s
        ttl = self._simulation.ttl
        if ttl is not None and open_s >= ttl:
            self.refused += 1
            raise SessionOverError(
                f"The session is over: its first quantum call began at "
                f"{self._opened_s:g} s of simulated time, and its max_ttl of {ttl:g} s "
                f"ended at {self._opened_s + ttl:g} s; this one's turn came at "
                f"{self.now_s:g} s."
            )
        error = min(_MOST_DRIFT, self._simulation.drift * open_s / _MINUTE_S)
        self.worst_error = max(self.worst_error, error)
        self.now_s += CALL_S
        return error

    def as_dict(self) -> dict[str, Any]:
        """Give what has happened as JSON values."""
        return {
            "calls": self.calls,
            "refused": self.refused,
            "queued_s": self.queued_s,
            "clock_s": self.now_s,
            "readout_error": self.worst_error,
        }
