"""All that there is to know of a job that has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from program_runtime.client.stream import Event

__all__ = ["JobRecord", "result_text"]


class JobRecord(Protocol):
    """A job as its service or its capsule tells of it."""

    @property
    def job(self) -> Mapping[str, Any]:
        """The job as the service describes it."""

    @property
    def inputs(self) -> str:
        """The inputs as they were sent."""

    @property
    def events(self) -> Sequence[Event]:
        """The log; the payload of a large event lies beside it."""

    def payload(self, event: Event) -> str:
        """The text of an event, a large one included."""

    def part(self, name: str) -> bytes | None:
        """A part that not every job has, or not for everyone.

        Args:
            name: ``release.json``, ``backend.json``, ``bundle.zip`` or
                ``requirements.lock``.
        """


def result_text(record: JobRecord) -> str | None:
    """Return the encoded result of a job; None if it has none."""
    found = None
    for event in record.events:
        if event.type == "result":
            found = event
    return None if found is None else record.payload(found)
