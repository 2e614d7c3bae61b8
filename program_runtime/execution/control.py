"""The handle by which a caller influences a running job."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["JobControl"]


class JobControl:
    """Ends a job early; call it in the event loop that runs the job.

    Example:
        >>> control = JobControl()
        >>> control.stop()
        >>> control.stop_requested, control.cancel_requested
        (True, False)
    """

    def __init__(self) -> None:
        self.cancel_requested = False
        self.stop_requested = False
        self._listener: Callable[[], None] | None = None

    def cancel(self) -> None:
        """End the job as Cancelled, whether it agrees or not."""
        self.cancel_requested = True
        self._tell()

    def stop(self) -> None:
        """Ask the program to finish now, with a result."""
        self.stop_requested = True
        self._tell()

    def listen(self, listener: Callable[[], None] | None) -> None:
        """Have ``listener`` called at each request, those already made included."""
        self._listener = listener
        if self.cancel_requested or self.stop_requested:
            self._tell()

    def _tell(self) -> None:
        if self._listener is not None:
            self._listener()
