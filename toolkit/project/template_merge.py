"""Three-way merge of a project with what its template made, then and now."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.project.template_archive import File

__all__ = ["Change", "Kind", "Labels", "merge"]

_MOST_CONFLICTS = 127


class Kind(StrEnum):
    """What happens to a file."""

    ADDED = "added"
    CHANGED = "changed"
    """It was as the template made it, and gets the template's new content."""
    MERGED = "merged"
    """Both sides changed it, in different places."""
    REMOVED = "removed"
    CONFLICT = "conflict"
    LEFT_OUT = "left out"
    """You removed it, and so it stays away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What the three sides are called in conflicts."""

    ours: str = "yours"
    base: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one file."""

    path: str
    kind: Kind
    file: File | None
    """What it will be; None: it will not be there."""
    conflicts: int = 0
    """Places to resolve by hand."""
    note: str | None = None
    """What is in conflict, where no marker can show it."""


def merge(
    ours: Mapping[str, File],
    base: Mapping[str, File],
    theirs: Mapping[str, File],
    labels: Labels,
) -> list[Change]:
    """Bring what changed from base to theirs into ours.

    Args:
        ours: The project's files, at least those that base or theirs name.
        base: What the template made then.
        theirs: What it makes now.
        labels: Names of the sides.

    Returns:
        The changes, by path; files that stay as they are are not among them.

    Raises:
        TemplateError: Texts have to be merged, and git is not installed.
    """
    changes = (
        _of_file(name, ours.get(name), base.get(name), theirs.get(name), labels)
        for name in sorted({*base, *theirs})
    )
    return [change for change in changes if change is not None]


def _of_file(
    path: str,
    ours: File | None,
    base: File | None,
    theirs: File | None,
    labels: Labels,
) -> Change | None:
    if theirs in (base, ours):
        return None
    if ours is None:
        kind = Kind.ADDED if base is None else Kind.LEFT_OUT
        return Change(path=path, kind=kind, file=theirs if base is None else None)
    if ours == base:
        kind = Kind.REMOVED if theirs is None else Kind.CHANGED
        return Change(path=path, kind=kind, file=theirs)
    if theirs is None:
        note = "the template no longer has it, and you changed it"
        return _conflict(path, ours, note)
    return _merged(path, ours, base or (b"", False), theirs, labels)


def _merged(
    path: str, ours: File, base: File, theirs: File, labels: Labels
) -> Change | None:
    contents = [ours[0], base[0], theirs[0]]
    if any(b"\0" in content for content in contents):
        note = "it is no text, and both sides changed it; yours is kept"
        return _conflict(path, ours, note)
    content, conflicts = _merge_texts(contents, labels)
    is_executable = theirs[1] if ours[1] == base[1] else ours[1]
    if (content, is_executable) == ours:
        return None
    kind = Kind.CONFLICT if conflicts else Kind.MERGED
    file = content, is_executable
    return Change(path=path, kind=kind, file=file, conflicts=conflicts)


def _conflict(path: str, file: File, note: str) -> Change:
    return Change(path=path, kind=Kind.CONFLICT, file=file, conflicts=1, note=note)


def _merge_texts(contents: list[bytes], labels: Labels) -> tuple[bytes, int]:
    """Merge with git, which shows conflicts as everybody knows them."""
    program = shutil.which("git")
    if program is None:
        raise TemplateError(
            "Both you and the template changed a file, and git, which merges them, is "
            "not installed.",
            hint="Install git.",
        )
    sides = list(_with_line_ends_of(contents))
    names = (labels.ours, labels.base, labels.theirs)
    words = [program, "merge-file", "-p", "-q"]
    words += [word for name in names for word in ("-L", name)]
    with tempfile.TemporaryDirectory(prefix="qrt-merge-") as folder:
        for name, content in zip("abc", sides, strict=True):
            (Path(folder) / name).write_bytes(content)
        done = subprocess.run(
            [*words, "a", "b", "c"], cwd=folder, capture_output=True, check=False
        )
    if not 0 <= done.returncode <= _MOST_CONFLICTS:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise TemplateError(f"git can not merge: {said}")
    return done.stdout, done.returncode


def _with_line_ends_of(contents: list[bytes]) -> Iterator[bytes]:
    """Give all sides the line ends of the first, or every line would differ."""
    is_dos = b"\r\n" in contents[0]
    for content in contents:
        plain = content.replace(b"\r\n", b"\n")
        yield plain.replace(b"\n", b"\r\n") if is_dos else plain
