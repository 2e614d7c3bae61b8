"""The entries of a job's log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Blob", "Event", "EventType"]


class EventType(StrEnum):
    """What an event tells."""

    STATUS = "status"
    INTERIM = "interim"
    METRIC = "metric"
    CHECKPOINT = "checkpoint"
    LOG = "log"
    RESULT = "result"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A payload over 64 KiB; whoever receives the event owns the file."""

    path: Path
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Event:
    """One entry: either ``data`` holds its text, or ``blob`` does."""

    seq: int
    """From 1, without gaps within a job."""
    time: float
    """Unix time in seconds, by the supervisor's clock."""
    type: EventType
    data: str | None
    blob: Blob | None = None
