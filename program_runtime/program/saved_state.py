"""A checkpoint as it is stored: the program's state, and how far its seeds were.

Each execution on a seeded simulator has a seed of its own. A run that goes on from a
checkpoint takes the seeds that the first run would have taken, which it can only do if
it knows how many were used. A run without such executions stores its state alone.
"""

from __future__ import annotations

import re

__all__ = ["pack", "unpack"]

_HEAD = re.compile(r'\{"__type__": "seeded_state", "executions": (\d{1,18}), "state": ')


def pack(state: str, executions: int) -> str:
    """Join an encoded state with the number of executions that it comes after.

    Args:
        state: JSON text.
        executions: On a seeded simulator, from the beginning of the job.

    Returns:
        JSON text; the state itself if there were none.

    Example:
        >>> pack("[1, 2]", 3)
        '{"__type__": "seeded_state", "executions": 3, "state": [1, 2]}'
    """
    if not executions:
        return state
    return (
        f'{{"__type__": "seeded_state", "executions": {executions}, "state": {state}}}'
    )


def unpack(text: str) -> tuple[str, int]:
    """Part what `pack` joined; the state, which may be large, is not parsed.

    Args:
        text: Of a checkpoint.

    Returns:
        The encoded state, and the number of executions.

    Example:
        >>> unpack(pack("[1, 2]", 3))
        ('[1, 2]', 3)
    """
    head = _HEAD.match(text)
    if head is None:
        return text, 0
    return text[head.end() : -1], int(head[1])
