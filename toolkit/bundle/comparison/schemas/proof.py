"""The search for a proof that one schema allows only what another allows.

What is found is certain; what is not found may still be so, for deciding that for
all of JSON Schema would take longer than anyone waits.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from toolkit.bundle.comparison.schemas import (
    arrays,
    bounds,
    choices,
    objects,
    quantum_bounds,
    values,
)
from toolkit.bundle.comparison.schemas import parts as schemas
from toolkit.bundle.comparison.schemas.breach import Breach
from toolkit.bundle.comparison.schemas.kinds import ANY, ARRAYS, Kind, allowed, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.bundle.comparison.schemas.parts import Part, Parts

__all__ = ["Proof"]

_STEPS: Final = 5_000
_UNKNOWN: Final = ("$dynamicRef", "$recursiveRef")


class Proof:
    """One search: the work that is left to it, and what it is in the middle of."""

    def __init__(self) -> None:
        self._left = _STEPS
        self._depth = 0
        self._open: dict[tuple[Any, ...], int] = {}

    def contain(self, inner: Parts, outer: Part, path: str) -> list[Breach]:
        """Return where a part of the value can fit ``inner`` and not ``outer``.

        Args:
            inner: What holds of the part.
            outer: What must hold of it.
            path: Of the part.

        Raises:
            TooComplexError: It would take too long.
        """
        self._depth += 1
        try:
            return self.hold(inner, outer, path)
        finally:
            self._depth -= 1

    def hold(self, inner: Parts, outer: Part, path: str) -> list[Breach]:
        """Do the same for the value itself, of which something else is asked."""
        if outer.schema is True or outer.schema == {}:
            return []
        self._left -= 1
        if self._left < 0:
            raise schemas.TooComplexError
        key = (frozenset(map(_identity, inner)), _identity(outer))
        if key in self._open:
            # A schema that holds itself: what is being proved of the whole value may
            # be used for its parts, which are smaller.
            if self._open[key] < self._depth:
                return []
            return [Breach(path=path, rule="$ref", undecided=True)]
        self._open[key] = self._depth
        try:
            return list(self._judge(inner, outer, path))
        finally:
            del self._open[key]

    def _judge(self, inner: Parts, outer: Part, path: str) -> Iterator[Breach]:
        if any(schemas.equal(part, outer) for part in inner):
            return
        held = tuple(schemas.combined(inner))
        if objects.is_impossible(held):
            return
        few = values.few(held, _kinds(held))
        if few is not None:
            yield from values.check(few, inner, outer, path)
            return
        missing = [
            wanted
            for wanted in schemas.combined((outer,))
            if not any(schemas.equal(part, wanted) for part in held)
        ]
        split = choices.alternatives(held, missing)
        for wanted in missing:
            if split is None:
                yield from self._keep(held, wanted, path)
            for alternative in split or ():
                yield from self.hold(alternative, wanted, path)

    def _keep(self, inner: Parts, outer: Part, path: str) -> Iterator[Breach]:
        """Yield what of one schema's own keywords is not kept."""
        kinds = _kinds(inner)
        if not kinds:
            return
        if outer.schema is False:
            yield Breach(path=path, rule="false", inner=words(kinds))
            return
        wanted = allowed(outer.rules)
        if not kinds <= wanted:
            yield Breach(
                path=path, rule="type", inner=words(kinds), outer=words(wanted)
            )
            kinds &= wanted
        yield from quantum_bounds.check(inner, kinds, outer, path)
        yield from bounds.check(inner, kinds, outer, path)
        if kinds & ARRAYS:
            yield from arrays.check(inner, outer, path, self)
        if Kind.OBJECT in kinds:
            yield from objects.check(inner, outer, path, self)
        if kinds:
            yield from values.listed(outer, path)
            yield from choices.check(inner, outer, path, self)
        for rule in _UNKNOWN:
            if rule in outer.rules:
                yield Breach(path=path, rule=rule, undecided=True)


def _kinds(parts: Parts) -> frozenset[Kind]:
    """Return the kinds that a value can have of which all parts hold."""
    return reduce(frozenset.__and__, (allowed(part.rules) for part in parts), ANY)


def _identity(part: Part) -> tuple[int, int]:
    # The objects live as long as the search is in the middle of them.
    return id(part.root), id(part.schema)
