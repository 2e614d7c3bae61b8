"""What differs between two releases, and what that means to their callers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.bundle.comparison.bump import Bump, is_enough, next_version
    from toolkit.bundle.comparison.interface import (
        Compatibility,
        InterfaceChange,
        compare_interfaces,
    )
    from toolkit.bundle.comparison.release import (
        Comparison,
        ReleaseContent,
        compare_releases,
    )
    from toolkit.bundle.comparison.source import FileChange, compare_files

__all__ = [
    "Bump",
    "Comparison",
    "Compatibility",
    "FileChange",
    "InterfaceChange",
    "ReleaseContent",
    "compare_files",
    "compare_interfaces",
    "compare_releases",
    "is_enough",
    "next_version",
]

_HOMES = {
    "Bump": "bump",
    "Comparison": "release",
    "Compatibility": "interface",
    "FileChange": "source",
    "InterfaceChange": "interface",
    "ReleaseContent": "release",
    "compare_files": "source",
    "compare_interfaces": "interface",
    "compare_releases": "release",
    "is_enough": "bump",
    "next_version": "bump",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
