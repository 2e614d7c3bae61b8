"""Schemas that offer alternatives: ``anyOf``, ``oneOf``, ``not`` and ``if``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from program_runtime.metadata import quantum
from toolkit.bundle.comparison.schemas import objects, values
from toolkit.bundle.comparison.schemas import parts as schemas
from toolkit.bundle.comparison.schemas.breach import Breach
from toolkit.bundle.comparison.schemas.kinds import ANY, Kind, allowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from toolkit.bundle.comparison.schemas.parts import Part, Parts
    from toolkit.bundle.comparison.schemas.proof import Proof

__all__ = ["alternatives", "check"]

_CHOICES: Final = ("anyOf", "oneOf")
_CONDITION: Final = ("if", "then", "else")


def alternatives(parts: Parts, wanted: Sequence[Part]) -> list[Parts] | None:
    """Return the cases of which one holds, or None if there is no choice.

    Args:
        parts: All that holds of a value, taken apart.
        wanted: What is asked of it: for a choice, several types are cases, too.
    """
    for index, part in enumerate(parts):
        cases = _cases(part, wanted)
        if cases is not None:
            others = parts[:index] + parts[index + 1 :]
            return [others + case for case in cases]
    return None


def check(inner: Parts, outer: Part, path: str, proof: Proof) -> Iterator[Breach]:
    """Yield the choices of ``outer`` of which nothing of ``inner`` makes one."""
    rules = outer.rules
    if "anyOf" in rules:
        branches = [outer.at(branch) for branch in rules["anyOf"]]
        yield from _any_of(inner, branches, path, proof)
    if "oneOf" in rules:
        branches = [outer.at(branch) for branch in rules["oneOf"]]
        yield from _one_of(inner, branches, path, proof)
    if "not" in rules and not _excludes(inner, outer.at(rules["not"]), proof):
        yield Breach(path=path, rule="not", undecided=True)
    if "if" in rules and not _meets_condition(inner, outer, path, proof):
        yield Breach(path=path, rule="if", undecided=True)


def _cases(part: Part, wanted: Sequence[Part]) -> list[Parts] | None:
    rules = part.rules
    for keyword in _CHOICES:
        if keyword in rules:
            rest = part.at({k: v for k, v in rules.items() if k != keyword})
            branches = [part.at(branch) for branch in rules[keyword]]
            if keyword == "anyOf":
                return [(rest, branch) for branch in branches]
            return [
                (
                    rest,
                    branch,
                    *(_not(other) for other in branches if other is not branch),
                )
                for branch in branches
            ]
    if not any(keyword in each.rules for each in wanted for keyword in _CHOICES):
        return None
    return _types(part)


def _types(part: Part) -> list[Parts] | None:
    """Return the cases of a schema that names several types."""
    types = part.rules.get("type")
    if not isinstance(types, list) or len(types) == 1:
        return None
    if not quantum.rules(part.rules):
        return [(part.at({**part.rules, "type": name}),) for name in types]
    if "null" not in types:
        return None
    quantum_value = {k: v for k, v in part.rules.items() if k != "type"}
    without = {k: v for k, v in quantum_value.items() if k != "format"}
    return [(part.at(quantum_value),), (part.at({**without, "type": "null"}),)]


def _not(part: Part) -> Part:
    return part.at({"not": part.schema})


def _any_of(
    inner: Parts, branches: list[Part], path: str, proof: Proof
) -> Iterator[Breach]:
    found = [proof.hold(inner, branch, path) for branch in branches]
    if all(found):
        yield from _nearest(inner, branches, found, proof)


def _one_of(
    inner: Parts, branches: list[Part], path: str, proof: Proof
) -> Iterator[Breach]:
    found = [proof.hold(inner, branch, path) for branch in branches]
    if all(found):
        yield from _nearest(inner, branches, found, proof)
        return
    chosen = next(index for index, breaches in enumerate(found) if not breaches)
    others = [branch for index, branch in enumerate(branches) if index != chosen]
    if not all(_excludes(inner, other, proof) for other in others):
        yield Breach(path=path, rule="oneOf", undecided=True)


def _nearest(
    inner: Parts, branches: list[Part], found: list[list[Breach]], proof: Proof
) -> Iterator[Breach]:
    """Yield what keeps the values from the branch that they are nearest to."""
    near = [
        breaches
        for branch, breaches in zip(branches, found, strict=True)
        if not _excludes(inner, branch, proof)
    ]
    # The values may still be spread over several branches.
    spread = len(near) > 1
    for breach in min(near or found, key=len):
        yield replace(breach, undecided=breach.undecided or spread)


def _excludes(inner: Parts, other: Part, proof: Proof) -> bool:
    """Whether no value fits both; False if that can not be said."""
    if other.schema is False:
        return True
    held = tuple(schemas.combined(inner))
    theirs = tuple(schemas.combined((other,)))
    if objects.is_impossible((*held, *theirs)) or not _kinds(held) & _kinds(theirs):
        return True
    excluded = [part.at(part.rules["not"]) for part in held if "not" in part.rules]
    if any(not proof.hold((other,), each, "") for each in excluded):
        return True
    return _differ_in_a_property(held, theirs)


def _differ_in_a_property(one: Parts, other: Parts) -> bool:
    """Whether two kinds of objects always differ, as by a ``const`` in each."""
    if _kinds(one) & _kinds(other) != {Kind.OBJECT}:
        return False
    for name in objects.required_of((*one, *other)):
        mine, theirs = (
            tuple(each for part in parts for each in objects.property_of(part, name))
            for parts in (one, other)
        )
        if objects.is_impossible((*mine, *theirs)):
            return True
        held, wanted = (tuple(schemas.combined(each)) for each in (mine, theirs))
        kinds = _kinds((*held, *wanted))
        few = values.few((*held, *wanted), kinds)
        if not kinds or (few is not None and values.exclude(few, (*mine, *theirs))):
            return True
    return False


def _meets_condition(inner: Parts, outer: Part, path: str, proof: Proof) -> bool:
    condition = _condition(outer)
    for part in inner:
        if schemas.same_text(_condition(part), condition) and schemas.reads_the_same(
            part, outer, condition
        ):
            return True
    ends = [outer.at(condition.get(name, True)) for name in ("then", "else")]
    return not any(proof.hold(inner, end, path) for end in ends)


def _condition(part: Part) -> dict[str, Any]:
    return {name: part.rules[name] for name in _CONDITION if name in part.rules}


def _kinds(parts: Iterable[Part]) -> frozenset[Kind]:
    kinds = ANY
    for part in parts:
        if isinstance(part.schema, dict):
            kinds &= allowed(part.rules)
    return kinds
