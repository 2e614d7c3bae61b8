"""How a child says that its program failed."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ChildFailure", "author_traceback", "describe"]

_MESSAGE_CHARS = 8 * 1024
_TRACEBACK_CHARS = 48 * 1024


class ChildFailure(Exception):  # noqa: N818 - a report, not a mistake
    """Ends the run with a code, a message and perhaps a traceback."""

    def __init__(self, code: str, message: str, trace: str | None = None) -> None:
        super().__init__(code, message, trace)
        self.code = code
        self.message = message
        self.traceback = trace


def describe(error: BaseException) -> str:
    """Name an exception as the last line of a traceback does.

    Args:
        error: Any exception, hostile ones included.

    Returns:
        One line or more, cut in the middle if it is very long.
    """
    try:
        text = "".join(traceback.format_exception_only(error)).strip()
    except Exception:  # noqa: BLE001 - the program may raise anything
        text = type(error).__name__
    return _shorten(text, _MESSAGE_CHARS)


def author_traceback(error: BaseException, root: Path) -> str:
    """Format a traceback with only the frames of the program's own files.

    Args:
        error: What the program raised.
        root: The program's folder; paths are shown relative to it.

    Returns:
        The usual format, causes and contexts included.
    """
    try:
        whole = traceback.TracebackException.from_exception(error)
        for part in _parts(whole):
            part.stack = traceback.StackSummary.from_list(
                [_relative(frame, root) for frame in part.stack if _is_in(frame, root)]
            )
            _name_relative(part, root)
        text = "".join(whole.format())
    except Exception:  # noqa: BLE001 - the program may raise anything
        text = describe(error)
    return _shorten(text, _TRACEBACK_CHARS)


def _parts(
    part: traceback.TracebackException,
) -> Iterator[traceback.TracebackException]:
    """The exception, its causes, contexts and members."""
    waiting = [part]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(
            other for other in (part.__cause__, part.__context__) if other is not None
        )
        waiting.extend(part.exceptions or ())


def _is_in(frame: traceback.FrameSummary, root: Path) -> bool:
    return Path(frame.filename).is_relative_to(root)


def _relative(frame: traceback.FrameSummary, root: Path) -> traceback.FrameSummary:
    # Its source line was looked up already, so the name is for show now.
    frame.filename = str(Path(frame.filename).relative_to(root))
    return frame


def _name_relative(part: traceback.TracebackException, root: Path) -> None:
    """A syntax error carries its file name apart from the stack."""
    name = getattr(part, "filename", None)
    if name and Path(name).is_relative_to(root):
        part.filename = str(Path(name).relative_to(root))


def _shorten(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]}\n[... {len(text) - limit} characters ...]\n{text[-half:]}"
