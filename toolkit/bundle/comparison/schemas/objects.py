"""Properties of objects: does one schema keep another's?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.metadata import patterns, wording
from toolkit.bundle.comparison.schemas import parts as schemas
from toolkit.bundle.comparison.schemas.breach import Breach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.bundle.comparison.schemas.parts import Part, Parts
    from toolkit.bundle.comparison.schemas.proof import Proof

__all__ = ["check", "is_impossible", "property_of", "required_of"]


def check(inner: Parts, outer: Part, path: str, proof: Proof) -> Iterator[Breach]:
    """Yield what objects of ``inner`` can be that ``outer`` does not allow."""
    yield from _required(inner, outer, path)
    yield from _named(inner, outer, path, proof)
    yield from _unnamed(inner, outer, path, proof)
    yield from _names(inner, outer, path, proof)
    yield from _dependent(inner, outer, path, proof)
    if outer.rules.get("unevaluatedProperties", True) is not True:
        yield Breach(path=path, rule="unevaluatedProperties", undecided=True)


def required_of(parts: Parts) -> set[str]:
    """Return the names that every object has."""
    return {name for part in parts for name in part.rules.get("required", ())}


def property_of(part: Part, name: str) -> Parts:
    """Return what a schema says of the property of a name; nothing if it is free."""
    rules = part.rules
    found = [part.at(rules["properties"][name])] if _lists(part, name) else []
    by_pattern = rules.get("patternProperties", {})
    found += [
        part.at(schema)
        for source, schema in by_pattern.items()
        if patterns.matches(source, name)
    ]
    if not found and "additionalProperties" in rules:
        found.append(part.at(rules["additionalProperties"]))
    return tuple(found)


def is_impossible(parts: Parts) -> bool:
    """Whether one of the schemas is ``false``."""
    return any(part.schema is False for part in parts)


def _lists(part: Part, name: str) -> bool:
    return name in part.rules.get("properties", {})


def _required(inner: Parts, outer: Part, path: str) -> Iterator[Breach]:
    held = required_of(inner)
    for name in outer.rules.get("required", ()):
        if name not in held:
            known = any(_lists(part, name) for part in inner)
            place = wording.join(path, [name])
            yield Breach(path=place, rule="required", inner=known, outer=True)


def _named(inner: Parts, outer: Part, path: str, proof: Proof) -> Iterator[Breach]:
    """Compare the properties that one of the schemas names."""
    names = {
        name: None
        for part in (outer, *inner)
        for name in part.rules.get("properties", ())
    }
    for name in names:
        held = tuple(each for part in inner for each in property_of(part, name))
        if is_impossible(held):
            continue
        place = wording.join(path, [name])
        for wanted in property_of(outer, name):
            if wanted.schema is False:
                yield Breach(path=place, rule="gone")
            else:
                yield from proof.contain(held, wanted, place)


def _unnamed(inner: Parts, outer: Part, path: str, proof: Proof) -> Iterator[Breach]:
    """Compare the properties that no schema names: by their patterns, or all."""
    by_pattern: dict[str, Any] = outer.rules.get("patternProperties", {})
    for source, schema in by_pattern.items():
        held = tuple(_any_property(part, source) for part in inner)
        if not is_impossible(held):
            place = f"{path}.{{{source}}}" if path else f"{{{source}}}"
            yield from proof.contain(held, outer.at(schema), place)
    rest = outer.rules.get("additionalProperties", True)
    held = tuple(_other_property(part, by_pattern) for part in inner)
    if rest is True or rest == {} or is_impossible(held):
        return
    place = f"{path}.*" if path else "*"
    if rest is False:
        yield Breach(path=place, rule="gone")
    else:
        yield from proof.contain(held, outer.at(rest), place)


def _any_property(part: Part, source: str) -> Part:
    """Return what a schema says of a property whose name matches a pattern."""
    by_pattern = part.rules.get("patternProperties", {})
    if source in by_pattern:
        return part.at(by_pattern[source])
    return _one_of_all(part)


def _other_property(part: Part, known: dict[str, Any]) -> Part:
    """Return what a schema says of a property that matches no known pattern."""
    if part.rules.get("patternProperties", {}).keys() <= known.keys():
        return part.at(part.rules.get("additionalProperties", True))
    return _one_of_all(part)


def _one_of_all(part: Part) -> Part:
    """Return what holds of a property whose name may match any pattern or none."""
    rest = part.rules.get("additionalProperties", True)
    every = [*part.rules.get("patternProperties", {}).values(), rest]
    return part.at(every[0] if len(every) == 1 else {"anyOf": every})


def _names(inner: Parts, outer: Part, path: str, proof: Proof) -> Iterator[Breach]:
    if "propertyNames" not in outer.rules:
        return
    wanted = outer.at(outer.rules["propertyNames"])
    for part in inner:
        rules = part.rules
        if rules.get("additionalProperties") is False and not rules.get(
            "patternProperties"
        ):
            unfit = [
                n for n in rules.get("properties", ()) if not schemas.fits(wanted, n)
            ]
            if not unfit:
                return
    held = tuple(
        part.at(part.rules["propertyNames"])
        for part in inner
        if "propertyNames" in part.rules
    )
    if proof.contain(held, wanted, path):
        yield Breach(path=path, rule="propertyNames", undecided=bool(held))


def _dependent(inner: Parts, outer: Part, path: str, proof: Proof) -> Iterator[Breach]:
    for name, needed in outer.rules.get("dependentRequired", {}).items():
        if _never_has(inner, name):
            continue
        held = required_of(inner)
        for part in inner:
            held |= set(part.rules.get("dependentRequired", {}).get(name, ()))
        for missing in [each for each in needed if each not in held]:
            place = wording.join(path, [missing])
            yield Breach(path=place, rule="dependentRequired", outer=name)
    for name, schema in outer.rules.get("dependentSchemas", {}).items():
        wanted = outer.at(schema)
        same = any(
            schemas.equal(part.at(part.rules["dependentSchemas"][name]), wanted)
            for part in inner
            if name in part.rules.get("dependentSchemas", {})
        )
        if not (
            same or _never_has(inner, name) or not proof.contain(inner, wanted, path)
        ):
            yield Breach(path=path, rule="dependentSchemas", outer=name, undecided=True)


def _never_has(inner: Parts, name: str) -> bool:
    return any(is_impossible(property_of(part, name)) for part in inner)
