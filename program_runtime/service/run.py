"""A job between its claim and its end, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from program_runtime.execution.control import JobControl
    from program_runtime.service.domain import Job
    from program_runtime.service.sink import StoreSink


@dataclass(slots=True, kw_only=True)
class Run:
    """A job that was claimed, until its end is stored."""

    job: Job
    control: JobControl
    sink: StoreSink
    worker: asyncio.Task[None] | None = None
    """Who runs it, as soon as it was handed over."""
    begun: bool = False
    """Whether the executor has it: its program may have been started."""
