"""What differs between the files of two releases, as unified diffs."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from program_runtime.bundle.limits import size_text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FileChange", "compare_files"]

_CONTEXT: Final = 3
_COMPARED_BYTES: Final = 256 * 1024
_COMPARED_LINES: Final = 25_000_000
"""Lines of the one times lines of the other: the work grows as that."""
_ALL_LINES: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A file that is not the same in both releases."""

    path: str
    change: Literal["added", "removed", "changed"]
    diff: tuple[str, ...] = ()
    """The lines of the unified diff, without line ends."""
    note: str | None = None
    """Why there is no diff."""

    @property
    def added(self) -> int:
        """The number of lines that came."""
        return sum(line[:1] == "+" for line in self.diff[2:])

    @property
    def removed(self) -> int:
        """The number of lines that went."""
        return sum(line[:1] == "-" for line in self.diff[2:])


def compare_files(
    old: Mapping[str, bytes], new: Mapping[str, bytes]
) -> tuple[FileChange, ...]:
    """Return the files that differ, by name.

    Text is shown line by line; what is no text, or too much of it, by its size.

    Args:
        old: The contents of one release's files, by name.
        new: Those of the other.
    """
    found: list[FileChange] = []
    lines = 0
    for path in sorted({*old, *new}):
        before, after = old.get(path), new.get(path)
        if before == after:
            continue
        change = _change(path, before, after)
        lines += len(change.diff)
        if lines > _ALL_LINES and change.diff:
            note = "not shown: the differences of other files fill the space"
            change = FileChange(path=path, change=change.change, note=note)
        found.append(change)
    return tuple(found)


def _change(path: str, before: bytes | None, after: bytes | None) -> FileChange:
    kind: Literal["added", "removed", "changed"] = (
        "added" if before is None else "removed" if after is None else "changed"
    )
    note = _unshown(before, after)
    if note is not None:
        return FileChange(path=path, change=kind, note=note)
    diff = difflib.unified_diff(
        _lines(before),
        _lines(after),
        "/dev/null" if before is None else f"a/{path}",
        "/dev/null" if after is None else f"b/{path}",
        n=_CONTEXT,
        lineterm="",
    )
    return FileChange(path=path, change=kind, diff=tuple(diff))


def _unshown(before: bytes | None, after: bytes | None) -> str | None:
    """Say why two contents are not compared line by line, or None."""
    contents = [content for content in (before, after) if content is not None]
    sizes = " -> ".join(size_text(len(content)) for content in contents)
    if not all(map(_is_text, contents)):
        return f"no text: {sizes}"
    lines = (_count(before) + 1) * (_count(after) + 1)
    if max(map(len, contents)) > _COMPARED_BYTES or lines > _COMPARED_LINES:
        return f"too long to be shown: {sizes}"
    return None


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


def _count(content: bytes | None) -> int:
    return 0 if content is None else content.count(b"\n")


def _lines(content: bytes | None) -> list[str]:
    # Not splitlines(), to which many characters end a line: a change of line ends is
    # a change.
    return [] if not content else content.decode().split("\n")
