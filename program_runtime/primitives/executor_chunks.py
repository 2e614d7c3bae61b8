"""Which executions of which items go to the backend in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Part", "plan_chunks"]

_MOST_CIRCUITS: Final = 300
_MOST_SHOTS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """Elements of one item, numbered in C order, in one chunk."""

    item: int
    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many elements."""
        return self.stop - self.start


def plan_chunks(
    sizes: Sequence[int],
    chunk_sizes: Sequence[int] | None,
    *,
    shots: int,
    most: int | None,
) -> Iterator[tuple[Part, ...]]:
    """Divide items into chunks.

    Args:
        sizes: Elements of each item.
        chunk_sizes: What the caller wants at most for each item: then no chunk holds
            two of them. None packs as many elements together as are good for speed
            and memory.
        shots: Of each element.
        most: What the backend takes in one call; None is any number.
    """
    limit = max(1, min(_MOST_CIRCUITS, _MOST_SHOTS // shots, most or _MOST_CIRCUITS))
    if chunk_sizes is not None:
        for item, (size, wanted) in enumerate(zip(sizes, chunk_sizes, strict=True)):
            for part in _cut(item, size, min(wanted, most or wanted)):
                yield (part,)
        return
    chunk: list[Part] = []
    room = limit
    for item, size in enumerate(sizes):
        start = 0
        while start < size:
            stop = min(size, start + room)
            chunk.append(Part(item, start, stop))
            room -= stop - start
            start = stop
            if not room:
                yield tuple(chunk)
                chunk, room = [], limit
    if chunk:
        yield tuple(chunk)


def _cut(item: int, size: int, length: int) -> Iterator[Part]:
    for start in range(0, size, length):
        yield Part(item, start, min(size, start + length))
