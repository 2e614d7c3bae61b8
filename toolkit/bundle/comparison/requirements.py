"""What two releases require, and what differs."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from program_runtime import environments
from program_runtime.environments.lock import normalise
from program_runtime.errors import BadRequirementsError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RequirementChange", "compare_requirements"]

_PROJECT = "pyproject.toml"
_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementChange:
    """A package that the releases do not require alike."""

    name: str
    old: str | None
    """``>=1.16, locked 1.17.0``: as it is declared, and pinned by the lock; None if it
    is not required."""
    new: str | None


def compare_requirements(
    old: Mapping[str, bytes], new: Mapping[str, bytes]
) -> tuple[RequirementChange, ...]:
    """Compare what two releases declare, and what their locks pin.

    Args:
        old: The contents of one release's files, by name.
        new: Those of the other.
    """
    before, after = _required(old), _required(new)
    return tuple(
        RequirementChange(name=name, old=before.get(name), new=after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def _required(files: Mapping[str, bytes]) -> dict[str, str]:
    declared, locked = _declared(files), _locked(files)
    return {
        name: ", ".join(
            words
            for words in (
                declared.get(name),
                f"locked {locked[name]}" if name in locked else None,
            )
            if words
        )
        for name in {*declared, *locked}
    }


def _locked(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the versions that the lock pins, by package; no lock pins none."""
    try:
        return environments.parse_lock(files[environments.LOCK_NAME]).versions()
    except (KeyError, BadRequirementsError):
        return {}


def _declared(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return what the project table asks for, by package."""
    try:
        table: Any = tomllib.loads(files.get(_PROJECT, b"").decode())
        words = [str(word) for word in table.get("project", {}).get("dependencies", [])]
    except (ValueError, AttributeError, TypeError):
        return {}  # the checks say so
    matches = filter(None, map(_NAME.fullmatch, words))
    return {normalise(match[1]): match[2].strip() or "any version" for match in matches}
