"""The comparison of two releases, for people and as JSON."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from toolkit.cli import _terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from toolkit.bundle.comparison import Comparison, FileChange

_COLOURS: Final = {"+": "green", "-": "red", "@": "cyan"}


def lines(
    comparison: Comparison,
    stream: TextIO,
    *,
    unread: str | None = None,
    most: int | None = None,
) -> Iterator[str]:
    """Yield what differs, ready for a terminal.

    Args:
        comparison: The two releases.
        stream: Where the lines go: a terminal gets colours.
        unread: Why no files were compared.
        most: So many lines of source differences at most.
    """
    from toolkit.bundle.comparison import next_version  # noqa: PLC0415

    # What matters most comes last, where it is seen.
    if comparison.files is None:
        yield _terminal.safe(f"source: not compared, {unread}")
    else:
        yield from _source(comparison.files, stream, most)
    for title, changes in (
        ("requirements", comparison.requirements or ()),
        ("budget", comparison.budget),
    ):
        if changes:
            yield f"{title}:"
        for changed in changes:
            before, after = (_shown(value) for value in (changed.old, changed.new))
            yield _terminal.safe(f"  {changed.name}: {before} -> {after}")
    yield f"interface: {comparison.compatibility}"
    for change in comparison.interface:
        mark = _mark(change.effect, stream)
        yield f"  {mark} {_terminal.safe(f'{change.path}: {change.message}')}"
    version = next_version(comparison.old_version, comparison.bump)
    yield f"calls for: {version} or higher ({comparison.bump})"


def as_json(comparison: Comparison, *, unread: str | None = None) -> dict[str, Any]:
    """Give the comparison its JSON form.

    Args:
        comparison: The two releases.
        unread: Why no files were compared.
    """
    return {
        "from": comparison.old_version,
        "to": comparison.new_version,
        "compatibility": comparison.compatibility,
        "bump": comparison.bump,
        "suffices": comparison.suffices,
        "interface": [dataclasses.asdict(change) for change in comparison.interface],
        "requirements": _dicts(comparison.requirements),
        "budget": _dicts(comparison.budget),
        "files": None
        if comparison.files is None
        else [_file_json(change) for change in comparison.files],
        "unread": unread,
    }


def _mark(effect: str, stream: TextIO) -> str:
    words = {"breaking": "breaks", "additive": "adds", "none": "note"}
    colours = {"breaking": "red", "additive": "green", "none": None}
    return _terminal.paint(f"{words[effect]:6}", stream, fg=colours[effect])


def _source(
    files: Sequence[FileChange], stream: TextIO, most: int | None
) -> Iterator[str]:
    added, removed = (sum(getattr(f, n) for f in files) for n in ("added", "removed"))
    count = len(files)
    if not count:
        yield "source: the same"
        return
    some = "1 file differs" if count == 1 else f"{count} files differ"
    yield f"source: {some}, +{added} -{removed} lines"
    shown = [line for change in files for line in _file(change)]
    for line in shown[:most]:
        colour = _COLOURS.get(line[:1])
        safe = _terminal.safe(line)
        yield _terminal.paint(safe, stream, fg=colour) if colour else safe
    if most is not None and len(shown) > most:
        yield f"  ... {len(shown) - most} more lines"


def _file(change: FileChange) -> Iterator[str]:
    if change.note is not None:
        yield f"  {change.path}: {change.change}; {change.note}"
    yield from change.diff


def _file_json(change: FileChange) -> dict[str, Any]:
    return {
        "path": change.path,
        "change": change.change,
        "added": change.added,
        "removed": change.removed,
        "diff": "\n".join(change.diff),
        "note": change.note,
    }


def _dicts(changes: Sequence[Any] | None) -> list[dict[str, Any]] | None:
    return None if changes is None else [dataclasses.asdict(each) for each in changes]


def _shown(value: Any) -> str:
    return "none" if value is None else str(value)
