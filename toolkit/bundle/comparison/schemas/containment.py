"""Whether every value that one schema allows is allowed by another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.metadata import work
from toolkit.bundle.comparison.schemas.breach import Breach
from toolkit.bundle.comparison.schemas.parts import Part, TooComplexError
from toolkit.bundle.comparison.schemas.proof import Proof

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["breaches"]

_MOST = 100


def breaches(
    inner: Mapping[str, Any] | bool,  # noqa: FBT001 - true is a JSON Schema
    outer: Mapping[str, Any] | bool,  # noqa: FBT001
    *,
    path: str = "value",
) -> list[Breach]:
    """Return where values of one JSON Schema may not be values of another.

    No breach means that there is no such value. A breach that is undecided is one
    that could be neither shown nor excluded.

    Args:
        inner: The schema whose values are asked about, checked by
            ``metadata.parse_metadata``.
        outer: The schema that should allow them all.
        path: What the paths of the breaches begin with.

    Example:
        >>> [b.rule for b in breaches({"type": "number"}, {"type": "integer"})]
        ['type']
    """
    try:
        # Values that are tried on the way share the steps of one check.
        with work.check([inner, outer]):
            found = Proof().contain((_whole(inner),), _whole(outer), path)
    except (TooComplexError, work.TooMuchWorkError, RecursionError):
        return [Breach(path=path, rule="schema", undecided=True)]
    unique: list[Breach] = []
    for breach in found:
        if breach not in unique and len(unique) < _MOST:
            unique.append(breach)
    return unique


def _whole(schema: Any) -> Part:
    return Part(schema, schema)
