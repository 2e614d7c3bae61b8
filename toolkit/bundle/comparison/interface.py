"""Whether callers of one release can go on with another.

Judged in both directions: of inputs, all that the old release takes the new one must
take; of results, all that the new release gives must be what the old one promised.
What can not be judged counts as breaking.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from toolkit.bundle.comparison import opening, schemas
from toolkit.bundle.comparison.wording import narrowed, widened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from program_runtime.metadata import ProgramMetadata
    from toolkit.bundle.comparison.schemas import Breach

__all__ = ["Compatibility", "InterfaceChange", "compare_interfaces"]

_QUBITS: Final = "min_num_qubits"
_DESCRIBED: Final = "described by a schema now"


class Compatibility(StrEnum):
    """What a change means to callers."""

    BREAKING = "breaking"
    """Something that worked may not work any more."""
    ADDITIVE = "additive"
    """All that worked still works, and there is more."""
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceChange:
    """One difference of two interfaces."""

    part: str
    """``parameters``, ``return_values``, ``interim_results``, ``backend_requirements``
    or ``max_execution_time``."""
    path: str
    """``iterations``, ``result.energy``, ``interim.step``."""
    message: str
    effect: Compatibility
    undecided: bool = False
    """It could not be judged, and so counts as breaking."""


def compare_interfaces(
    old: ProgramMetadata, new: ProgramMetadata
) -> tuple[InterfaceChange, ...]:
    """Return what differs for callers, what breaks first.

    Args:
        old: The metadata of the release that callers know.
        new: Those of the one that follows it.
    """
    found = [
        *_inputs(old.spec.get("parameters", {}), new.spec.get("parameters", {})),
        *_results(old.spec, new.spec, part="return_values", path="result"),
        *_results(old.spec, new.spec, part="interim_results", path="interim"),
        *_requirements(old.spec, new.spec),
        *_time(old.max_execution_time, new.max_execution_time),
    ]
    order = list(Compatibility)
    return tuple(sorted(found, key=lambda change: order.index(change.effect)))


def _inputs(old: Any, new: Any) -> Iterator[InterfaceChange]:
    described = _described("parameters", "inputs", old, new)
    if described:
        # What was taken before a schema said so is not known.
        breaks = described.message == _DESCRIBED
        yield replace(
            described,
            effect=Compatibility.BREAKING if breaks else Compatibility.ADDITIVE,
            undecided=breaks,
        )
        return
    before, after = opening.closed(old), opening.closed(new)
    lost = schemas.breaches(before, after, path="")
    gained = schemas.breaches(after, before, path="")
    yield from _changes(
        "parameters",
        "inputs",
        old,
        new,
        {
            Compatibility.BREAKING: (lost, partial(narrowed, given=True)),
            Compatibility.ADDITIVE: (gained, partial(widened, given=True)),
        },
    )
    yield from _defaults(old, new)


def _results(
    old_spec: Mapping[str, Any], new_spec: Mapping[str, Any], *, part: str, path: str
) -> Iterator[InterfaceChange]:
    old, new = old_spec.get(part, {}), new_spec.get(part, {})
    described = _described(part, path, old, new)
    if described:
        yield described
        return
    # Readers pass over names that they do not know: a further one breaks nobody.
    lost = schemas.breaches(new, opening.opened(old), path=path)
    gained = schemas.breaches(old, new, path=path)
    yield from _changes(
        part,
        path,
        old,
        new,
        {
            Compatibility.BREAKING: (lost, partial(widened, given=False)),
            Compatibility.ADDITIVE: (gained, partial(narrowed, given=False)),
        },
    )


def _described(part: str, path: str, old: Any, new: Any) -> InterfaceChange | None:
    """Return the change if only one of the releases has a schema."""
    if _says_nothing(old) == _says_nothing(new):
        return None
    dropped = _says_nothing(new)
    return InterfaceChange(
        part=part,
        path=path,
        message="not described any more" if dropped else _DESCRIBED,
        effect=Compatibility.BREAKING if dropped else Compatibility.ADDITIVE,
    )


def _says_nothing(schema: Any) -> bool:
    return schema is True or schema in ({}, None)


def _changes(
    part: str,
    path: str,
    old: Any,
    new: Any,
    found: Mapping[Compatibility, tuple[list[Breach], Callable[[Breach], str]]],
) -> Iterator[InterfaceChange]:
    """Put breaches into words, each place once: what breaks before what adds."""
    base = "" if part == "parameters" else path
    before, after = opening.listed(old, base), opening.listed(new, base)
    # Names that came or went count in results even where no schema asks for them:
    # that they are listed says that they are meant.
    went, came = (before - after, after - before) if base else (set(), set())
    named = {
        Compatibility.BREAKING: (went, "removed"),
        Compatibility.ADDITIVE: (came, "new"),
    }
    told: set[str] = set()
    for effect, (breaches, say) in found.items():
        places, word = named[effect]
        said: list[tuple[str, str, bool]] = []
        for place in sorted(places):
            if not _within(place, told | {each for each, *_ in said}):
                said.append((place, word, False))
        told_by_name = {place for place, *_ in said}
        said += [
            (breach.path or path, say(breach), breach.undecided)
            for breach in breaches
            if not _within(breach.path or path, told | told_by_name)
        ]
        for place, message, undecided in said:
            yield InterfaceChange(
                part=part,
                path=place,
                message=message,
                effect=effect,
                undecided=undecided and effect is Compatibility.BREAKING,
            )
        # What is not as it was shows in both directions.
        told |= {place for place, *_ in said}


def _within(place: str, told: set[str]) -> bool:
    return any(
        place == each or place.startswith((f"{each}.", f"{each}[")) for each in told
    )


def _defaults(old: Any, new: Any) -> Iterator[InterfaceChange]:
    """Tell of other defaults: nothing breaks, but who gave none gets another result."""
    before, after = opening.defaults(old), opening.defaults(new)
    for name in before.keys() & after.keys():
        if before[name] != after[name]:
            yield InterfaceChange(
                part="parameters",
                path=name,
                message=f"default changed from {before[name]!r} to {after[name]!r}",
                effect=Compatibility.NONE,
            )


def _requirements(
    old_spec: Mapping[str, Any], new_spec: Mapping[str, Any]
) -> Iterator[InterfaceChange]:
    part = "backend_requirements"
    old, new = (spec.get(part) or {} for spec in (old_spec, new_spec))
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        undecided = name != _QUBITS and after is not None
        grows = undecided or (after or 0) > (before or 0)
        shown = f"{_shown(before)} -> {_shown(after)}"
        yield InterfaceChange(
            part=part,
            path=name,
            message=f"{shown}, which cannot be judged" if undecided else shown,
            effect=Compatibility.BREAKING if grows else Compatibility.ADDITIVE,
            undecided=undecided,
        )


def _time(before: int | None, after: int | None) -> Iterator[InterfaceChange]:
    if before == after:
        return
    # What the service allows beside that is not known here.
    undecided = before is None
    shorter = undecided or (after is not None and before is not None and after < before)
    shown = f"{_shown(before, ' s')} -> {_shown(after, ' s')}"
    yield InterfaceChange(
        part="max_execution_time",
        path="max_execution_time",
        message=f"{shown}, which cannot be judged" if undecided else shown,
        effect=Compatibility.BREAKING if shorter else Compatibility.ADDITIVE,
        undecided=undecided,
    )


def _shown(value: Any, unit: str = "") -> str:
    return "none" if value is None else f"{value}{unit}"
