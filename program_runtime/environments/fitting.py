"""Do versions meet requirements?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.environments.lock import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.requirements import Requirement

    from program_runtime.environments.base import BaseEnvironment
    from program_runtime.environments.lock import Lock

__all__ = ["applies", "conflicts", "fits", "unmet"]


def applies(requirement: Requirement, python: str) -> bool:
    """Whether a requirement counts, with no extra, for a Python on this platform.

    Args:
        requirement: With a marker or without one.
        python: The minor version, such as ``3.11``.
    """
    if requirement.marker is None:
        return True
    there = {
        "extra": "",
        "python_version": python,
        "python_full_version": f"{python}.0",
    }
    return requirement.marker.evaluate(there)


def fits(requirement: Requirement, versions: Mapping[str, str]) -> bool:
    """Whether a package of that name is there at a version that is allowed.

    A pre-release that is there counts: somebody chose it.
    """
    held = versions.get(normalise(requirement.name))
    return held is not None and requirement.specifier.contains(held, prereleases=True)


def unmet(
    requirements: Iterable[tuple[str, str]], versions: Mapping[str, str], *, python: str
) -> list[str]:
    """Find requirements that are not met.

    Args:
        requirements: Who requires, and what.
        versions: What is there.
        python: The minor version.

    Returns:
        A sentence for each, such as ``pandas needs numpy>=2.5, numpy 2.4.6 is there``.
    """
    from packaging.requirements import Requirement  # noqa: PLC0415 - for locks only

    found = []
    for who, text in requirements:
        try:
            requirement = Requirement(text)
            met = not applies(requirement, python) or fits(requirement, versions)
        except (KeyError, ValueError):
            # An old package's own way to say it, which uv has understood, or a marker
            # that compares what can not be compared.
            continue
        if met:
            continue
        name = normalise(requirement.name)
        held = f"{name} {versions[name]} is there" if name in versions else "it is not"
        found.append(f"{who} needs {name}{requirement.specifier}, {held}")
    return found


def conflicts(lock: Lock, base: BaseEnvironment) -> list[str]:
    """Name the packages of which a lock wants another version than the base has.

    Args:
        lock: Of either kind.
        base: Where it would be used.

    Returns:
        ``numpy 2.2.0 (the base has 2.4.6)`` and so on.
    """
    held = base.versions()
    return [
        f"{pin.name} {pin.version} (the base has {held[pin.name]})"
        for pin in lock.pins
        if pin.name in held and held[pin.name] != pin.version
    ]
