"""What publishing needs of the service; the client's `ServiceApi` has all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["ReleaseReader", "ReleaseWriter"]


class ReleaseReader(Protocol):
    """Reads what is published already."""

    def whoami(self) -> dict[str, Any]:
        """Return name and role of the token's user; NotAuthorizedError without one."""

    def program(self, program_id: str, /) -> dict[str, Any]:
        """Return a program; RuntimeProgramNotFound if there is none to see."""

    def release(self, program_id: str, ref: str, /) -> dict[str, Any]:
        """Return a release by version or label; RuntimeProgramNotFound if none."""


class ReleaseWriter(ReleaseReader, Protocol):
    """Writes releases too."""

    def put_release(
        self,
        program_id: str,
        version: str,
        file: Path,
        digest: str,
        /,
        *,
        labels: Sequence[str] = (),
        visibility: str | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> tuple[dict[str, Any], bool]:
        """Upload a bundle; False when the service had these bytes already."""

    def set_label(self, program_id: str, label: str, version: str, /) -> None:
        """Point a label at a release."""

    def update_program(self, program_id: str, /, *, visibility: str) -> dict[str, Any]:
        """Make a program private or public."""
