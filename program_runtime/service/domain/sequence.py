"""The numbers of a job's events: from 1, without gaps, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.service.domain.refusals import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_sequence(last_seq: int, numbers: Iterable[int]) -> int:
    """Make sure that numbers go on where a log ends.

    Args:
        last_seq: The number of the last event in the log.
        numbers: Those of the events to be added, in order.

    Returns:
        The number of the last one.

    Raises:
        ConflictError: ``event_sequence``: one is missing, doubled or misplaced.
    """
    for number in numbers:
        last_seq += 1
        if number != last_seq:
            raise ConflictError(
                f"the events do not go on: expected seq {last_seq}, got {number}",
                reason="event_sequence",
            )
    return last_seq
