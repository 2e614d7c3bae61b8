"""What a project says that it requires, judged against the base."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from program_runtime.environments import base as base_environment
from program_runtime.environments import fitting
from program_runtime.environments.lock import normalise
from program_runtime.errors import BadRequirementsError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.requirements import Requirement

    from program_runtime.environments import BaseEnvironment

__all__ = ["applying", "met_by_base", "met_by_promise", "read"]


def read(texts: Sequence[str]) -> list[Requirement]:
    """Read requirement texts.

    Raises:
        BadRequirementsError: One is none, or names an address; lists all.
    """
    if not texts:
        return []
    from packaging.requirements import (  # noqa: PLC0415 - most projects have few
        InvalidRequirement,
        Requirement,
    )

    found, problems = [], []
    for text in texts:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as err:
            reason = str(err).splitlines()[0]
            problems.append(_problem(text, f"is no requirement: {reason}"))
            continue
        if requirement.url:
            name = requirement.name
            problems.append(_problem(name, "names an address; a lock can hold none"))
        found.append(requirement)
    if problems:
        raise BadRequirementsError(
            "The project's requirements can not be used:",
            problems=problems,
            hint="Mend [project] dependencies in pyproject.toml; what is in no package "
            "index can come from UV_FIND_LINKS, or as a module beside program.py.",
        )
    return found


def applying(stated: Sequence[Requirement], base: BaseEnvironment) -> list[Requirement]:
    """Drop what a marker excludes, and markers with it."""
    kept = [each for each in stated if fitting.applies(each, base.python)]
    for each in kept:
        each.marker = None
    return kept


def met_by_base(stated: Sequence[Requirement], base: BaseEnvironment) -> bool:
    """Whether what the base promises to every program is enough."""
    promised = {name: each.version for name, each in base.promised.items()}
    return all(not each.extras and fitting.fits(each, promised) for each in stated)


def met_by_promise(stated: Sequence[Requirement]) -> bool:
    """Whether the best known packages, as they are installed here, are enough.

    Most projects require nothing else; to know that takes no look at all packages.
    """
    promised = {normalise(name) for name in base_environment.own_requirements()}
    if any(each.extras or normalise(each.name) not in promised for each in stated):
        return False
    versions = {normalise(each.name): metadata.version(each.name) for each in stated}
    return all(fitting.fits(each, versions) for each in stated)


def _problem(name: str, message: str) -> Problem:
    return Problem(path=f"pyproject.toml {name}", message=message)
