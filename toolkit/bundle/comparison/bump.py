"""How far a version must be raised for what changed.

Semantic versions (https://semver.org): what breaks callers raises MAJOR, what adds
to the interface MINOR, all else PATCH. Below 1.0.0 each moves one place to the
right, as package managers read it: what breaks raises MINOR, all else PATCH. A
pre-release promises nothing, so whatever follows it is enough; a pre-release itself
is judged by the version that it leads to.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Bump", "is_enough", "next_version"]

_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?(?:\+.*)?")
_Core = tuple[int, int, int]


class Bump(StrEnum):
    """What is raised; all behind it begins at 0 again."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


def is_enough(old: str, new: str, bump: Bump) -> bool:
    """Whether a new version is far enough from the old one.

    Example:
        >>> is_enough("1.2.3", "1.3.0", Bump.MAJOR)
        False
        >>> is_enough("0.2.3", "0.3.0", Bump.MAJOR)
        True
    """
    core, is_prerelease = _read(old)
    new_core, _ = _read(new)
    if is_prerelease:
        return new_core >= core
    return new_core >= _raised(core, bump)


def next_version(old: str, bump: Bump, *, taken: Collection[str] = ()) -> str:
    """Return the version that comes next.

    Args:
        old: The version that is there.
        bump: How far to raise it.
        taken: Versions that are published already and so passed over.

    Example:
        >>> next_version("1.2.3", Bump.MINOR, taken=["1.3.0"])
        '1.3.1'
    """
    core, is_prerelease = _read(old)
    major, minor, patch = core if is_prerelease else _raised(core, bump)
    while (version := f"{major}.{minor}.{patch}") in taken:
        patch += 1
    return version


def _raised(core: _Core, bump: Bump) -> _Core:
    major, minor, patch = core
    if major == 0:
        return (0, minor + 1, 0) if bump is Bump.MAJOR else (0, minor, patch + 1)
    return {
        Bump.MAJOR: (major + 1, 0, 0),
        Bump.MINOR: (major, minor + 1, 0),
        Bump.PATCH: (major, minor, patch + 1),
    }[bump]


def _read(version: str) -> tuple[_Core, bool]:
    match = _VERSION.fullmatch(version)
    if match is None:
        # The service takes no such version; older ones may have.
        return (0, 0, 0), True
    major, minor, patch = (int(match[group]) for group in (1, 2, 3))
    return (major, minor, patch), match[4] is not None
