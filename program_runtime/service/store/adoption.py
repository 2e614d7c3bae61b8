"""Events on their way from a job into its log."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from program_runtime.service.domain import StoredEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.execution.events import Event
    from program_runtime.service.store.protocols import BlobStore


def adopt(blobs: BlobStore, events: Sequence[Event]) -> None:
    """Move the spooled payloads into the blob store.

    The blob comes first and its row after: a row never refers to nothing, and a
    blob that no row came to refer to is swept some day.
    """
    for event in events:
        if event.blob is not None:
            blobs.put_file(event.blob.path, event.blob.digest)


async def adopt_in_thread(blobs: BlobStore, events: Sequence[Event]) -> None:
    """Do so without holding up the event loop."""
    if any(event.blob is not None for event in events):
        await asyncio.to_thread(adopt, blobs, events)


def to_stored(event: Event) -> StoredEvent:
    """Return the event as the log holds it."""
    blob = event.blob
    if blob is not None:
        return StoredEvent(
            event.seq, event.time, event.type.value, None, blob.digest, blob.size
        )
    data = event.data
    return StoredEvent(
        event.seq, event.time, event.type.value, data, None, len(data or "")
    )
