"""Equality as JSON Schema means it, for Python values of any kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.metadata import quantum, wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["repeated", "same"]

_COMPARED_PAIRWISE = 300


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal: ``1`` is ``1.0`` but not ``True``."""
    one, other = _plain(one), _plain(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            same(value, other[name]) for name, value in one.items()
        )
    try:
        return bool(one == other)
    except Exception:  # noqa: BLE001 - a foreign class decides what == does
        return False


def repeated(values: Sequence[Any]) -> Iterator[str]:
    """Yield a message if two values are equal, or if that takes too long to say."""
    seen: set[tuple[bool, Any]] = set()
    others: list[Any] = []
    for index, item in enumerate(values):
        value = _plain(item)
        if isinstance(value, (str, int, float, complex)):
            key = (isinstance(value, bool), value)
            found = key in seen
            seen.add(key)
        elif len(others) == _COMPARED_PAIRWISE:
            yield (
                f"has more than {_COMPARED_PAIRWISE:,} lists or objects, "
                "too many to be checked for repetition"
            )
            return
        else:
            found = any(same(value, other) for other in others)
            others.append(value)
        if found:
            yield f"repeats {wording.show(value)} at [{index}]"
            return


def _plain(value: Any) -> Any:
    """Return NumPy values as Python's, and tuples as lists."""
    if isinstance(value, tuple):
        return list(value)
    if quantum.is_array(value) or quantum.numpy_kind(value):
        return value.tolist()
    return value
