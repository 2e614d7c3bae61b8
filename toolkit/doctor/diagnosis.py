"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Diagnosis", "State"]


class State(StrEnum):
    """From what is as it should be to what keeps somebody from working."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One line of the report."""

    name: str
    """What was looked at, in a word or two."""
    state: State = State.OK
    message: str
    hint: str | None = None
    """What to do; None where all is well."""
    fixed: bool = False
    """It was wrong, and is mended now."""


def warning(name: str, message: str, hint: str | None = None) -> Diagnosis:
    """Make the diagnosis of what works, but not as it could."""
    return Diagnosis(name=name, state=State.WARNING, message=message, hint=hint)


def problem(name: str, message: str, hint: str | None = None) -> Diagnosis:
    """Make the diagnosis of what does not work, or is not safe."""
    return Diagnosis(name=name, state=State.PROBLEM, message=message, hint=hint)
