"""Items of arrays: does one schema keep another's?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolkit.bundle.comparison.schemas import parts as schemas
from toolkit.bundle.comparison.schemas.breach import Breach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.bundle.comparison.schemas.parts import Part, Parts
    from toolkit.bundle.comparison.schemas.proof import Proof

__all__ = ["check"]

_CONTAINS = ("contains", "minContains", "maxContains")


def check(inner: Parts, outer: Part, path: str, proof: Proof) -> Iterator[Breach]:
    """Yield what arrays of ``inner`` can hold that ``outer`` does not allow."""
    if {"items", "prefixItems"} & outer.rules.keys():
        yield from _items(inner, outer, path, proof)
    yield from _contains(inner, outer, path)
    for rule in (schemas.BOTH_ITEMS, "unevaluatedItems"):
        if outer.rules.get(rule, True) is not True:
            yield Breach(path=path, rule=rule, undecided=True)


def _items(inner: Parts, outer: Part, path: str, proof: Proof) -> Iterator[Breach]:
    """Compare position by position, and then all positions behind."""
    longest = max(len(part.rules.get("prefixItems", ())) for part in (*inner, outer))
    most = min(
        (part.rules["maxItems"] for part in inner if "maxItems" in part.rules),
        default=None,
    )
    for index in range(longest if most is None else min(longest, int(most))):
        held = tuple(_item(part, index) for part in inner)
        yield from proof.contain(held, _item(outer, index), f"{path}[{index}]")
    if most is None or most > longest:
        held = tuple(_item(part, longest) for part in inner)
        yield from proof.contain(held, _item(outer, longest), f"{path}[]")


def _item(part: Part, index: int) -> Part:
    """Return what a schema says of the item at a position."""
    first: list[Any] = part.rules.get("prefixItems", [])
    if index < len(first):
        return part.at(first[index])
    return part.at(part.rules.get("items", True))


def _contains(inner: Parts, outer: Part, path: str) -> Iterator[Breach]:
    wanted = _contains_rules(outer)
    if "contains" not in wanted:
        return
    if wanted.get("minContains") == 0 and "maxContains" not in wanted:
        return
    for part in inner:
        if schemas.same_text(_contains_rules(part), wanted) and schemas.reads_the_same(
            part, outer, wanted
        ):
            return
    yield Breach(path=path, rule="contains", undecided=True)


def _contains_rules(part: Part) -> dict[str, Any]:
    return {name: part.rules[name] for name in _CONTAINS if name in part.rules}
