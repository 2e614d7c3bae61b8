"""A bar for work that takes its time, on a terminal only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from toolkit.cli._output import Output


class Progress:
    """Draws how far the work is, nothing where nobody watches.

    Args:
        out: Knows whether a person watches a terminal.
        doing: What is being done, such as ``uploading``.
    """

    def __init__(self, out: Output, doing: str) -> None:
        self._out = out
        self._doing = doing
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: float, total: float = 1.0) -> None:
        """Draw that ``done`` of ``total`` is done."""
        if not self._out.live:
            return
        if self._bar is None:
            from rich.console import Console  # noqa: PLC0415 - terminals only
            from rich.progress import Progress as Bar  # noqa: PLC0415

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._bar.add_task(self._doing, total=total)
        self._bar.update(self._bar.task_ids[0], completed=done)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
