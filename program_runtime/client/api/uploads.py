"""A file on its way to the service, with its progress."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["CountedFile"]


class CountedFile(io.FileIO):
    """A file that tells how much of it has been read.

    It can seek, so a retried upload starts over, and so does its count.
    """

    def __init__(
        self, path: Path, on_progress: Callable[[int, int], None] | None = None
    ) -> None:
        super().__init__(str(path), "rb")
        self._on_progress = on_progress
        self._total = path.stat().st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """Read the next piece and report ``(bytes so far, bytes in all)``."""
        piece = super().read(-1 if size is None else size) or b""
        if piece and self._on_progress is not None:
            self._on_progress(self.tell(), self._total)
        return piece
