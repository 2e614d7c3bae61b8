"""Semantic versions: which is later, and which comes next."""

from __future__ import annotations

import re

__all__ = ["next_version"]

_VERSION = re.compile(r"^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?$")


def next_version(*taken: str) -> str:
    """Suggest the version after the latest of those taken.

    Args:
        taken: Versions; what is no version is passed over.

    Returns:
        The latest with its last number raised, or without its pre-release part.

    Example:
        >>> next_version("1.2.9", "1.2.10"), next_version("2.0.0-rc.1")
        ('1.2.11', '2.0.0')
    """
    matches = [match for version in taken if (match := _VERSION.match(version))]
    if not matches:
        return "0.1.0"
    latest = max(matches, key=_precedence)
    major, minor, patch = (int(latest[group]) for group in (1, 2, 3))
    return f"{major}.{minor}.{patch}" if latest[4] else f"{major}.{minor}.{patch + 1}"


def _precedence(match: re.Match[str]) -> tuple[int, int, int, bool]:
    # A pre-release comes before its release; among themselves they do not matter here.
    return int(match[1]), int(match[2]), int(match[3]), match[4] is None
