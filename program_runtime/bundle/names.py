"""Which names a file in a bundle may have.

A name must mean the same file on every system, and one inside the folder it is
unpacked into.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from program_runtime.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from program_runtime.bundle.limits import BundleLimits

__all__ = ["clashes", "fault", "shown"]

_DRIVE = re.compile(r"[A-Za-z]:")
_SHOWN = 100


def fault(name: str, limits: BundleLimits) -> str | None:
    """Return what is wrong with a name, or None."""
    parts = name.split("/")
    checks = (
        (not name, "has no name"),
        (not _is_text(name), "is no valid text"),
        (any(_is_control(char) for char in name), "holds a control character"),
        ("\\" in name, "holds a backslash; parts are separated by /"),
        (name.startswith("/"), "is an absolute path"),
        (_DRIVE.match(name) is not None, "begins with a drive letter"),
        (".." in parts, "leads out of the bundle with .."),
        ("" in parts[1:] or "." in parts, "is not in its shortest form"),
        (len(parts) > limits.depth, f"is deeper than {limits.depth} folders"),
    )
    for wrong, message in checks:
        if wrong:
            return message
    size = len(name.encode())
    if size > limits.name_bytes:
        return f"has a name of {size} bytes, {limits.name_bytes} are allowed"
    return None


def clashes(names: Iterable[str]) -> list[Problem]:
    """Return the names that can not lie beside each other.

    Two are the same file on a system that ignores case or the way an accent is
    composed; one is a file where another needs a folder.
    """
    problems: list[Problem] = []
    seen: dict[str, tuple[str, bool]] = {}
    for name in names:
        parts = name.split("/")
        for end in range(1, len(parts) + 1):
            spelled, is_file = "/".join(parts[:end]), end == len(parts)
            folded = _folded(spelled)
            if folded not in seen:
                seen[folded] = spelled, is_file
                continue
            message = _clash(seen[folded], spelled, is_file=is_file)
            if message:
                problems.append(Problem(path=shown(name), message=message))
                break
    return problems


def shown(name: str) -> str:
    """Return a name as it may stand in a message."""
    return (
        name if name.isprintable() and 0 < len(name) <= _SHOWN else repr(name[:_SHOWN])
    )


def _clash(known: tuple[str, bool], spelled: str, *, is_file: bool) -> str | None:
    other, other_is_file = known
    if other != spelled:
        return f"differs from {shown(other)} in case or accents only"
    if is_file and other_is_file:
        return "stands twice in the archive"
    if is_file != other_is_file:
        return f"needs {shown(other)} to be a file and a folder"
    return None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _is_text(name: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in name)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) == "Cc"
