"""A page of events: as many as were asked for, and no more than fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from program_runtime.service.domain import StoredEvent


def take(events: Iterable[StoredEvent], max_bytes: int) -> list[StoredEvent]:
    """Take events until their inline payloads reach a size; at least one."""
    taken = []
    for event in events:
        taken.append(event)
        if event.data is not None:
            max_bytes -= len(event.data)
        if max_bytes <= 0:
            break
    return taken
