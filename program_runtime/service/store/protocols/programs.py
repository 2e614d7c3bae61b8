"""Programs, releases and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from program_runtime.service.domain import Program, Release, User, Visibility

__all__ = ["ProgramStore"]


class ProgramStore(Protocol):
    """Programs, their releases, and the labels that point at these."""

    async def publish(
        self,
        release: Release,
        *,
        owner: str,
        description: str,
        visibility: Visibility | None = None,
        labels: Collection[str] = (),
        hold: bool = False,
    ) -> tuple[Release, bool]:
        """Add a release, and its program if it is the first.

        The bundle must be in the blob store by then. ``latest`` moves as
        ``domain.versions.moves_latest`` says.

        Args:
            release: What to add; its own ``labels`` are not looked at.
            owner: Of the program; a published program keeps its owner.
            description: Of the program, from now on.
            visibility: None leaves it as it is, which is private at first.
            labels: Labels that are to point at this release.
            hold: Leave ``latest`` where it is, unless this is the first release.

        Returns:
            The stored release, and False if the same digest was there already
            under this version (labels and visibility are set all the same).

        Raises:
            ConflictError: ``name_taken``: the program has another owner.
                ``version_exists``: the version has another digest.
        """
        ...

    async def get(self, program_id: str) -> Program | None:
        """Return a program whoever asks; ``domain.may_see_program`` decides."""
        ...

    async def find(
        self, viewer: User, *, search: str = "", limit: int = 20, offset: int = 0
    ) -> tuple[Sequence[Program], int]:
        """Return the programs that the viewer may see, oldest first.

        Args:
            viewer: Sees public programs and their own; an admin all.
            search: Part of the name or the description, in any case.
            limit: At most so many.
            offset: After so many.

        Returns:
            The programs, and how many there are without limit and offset.
        """
        ...

    async def releases(self, program_id: str) -> Sequence[Release]:
        """Return all releases, the highest version first; none if unknown."""
        ...

    async def release(self, program_id: str, ref: str = "latest") -> Release | None:
        """Return the release of this version or, if there is none, of this label."""
        ...

    async def release_by_digest(self, digest: str) -> Release | None:
        """Return the release that a job runs, even when its program is deleted."""
        ...

    async def set_label(self, program_id: str, label: str, version: str) -> Program:
        """Point a label at a version.

        Raises:
            NotFoundError: There is no such program or release.
        """
        ...

    async def set_visibility(self, program_id: str, visibility: Visibility) -> Program:
        """Choose who sees and runs the program.

        Raises:
            NotFoundError: There is no such program.
        """
        ...

    async def delete(self, program_id: str) -> None:
        """Take the program away and free its name.

        Releases that jobs refer to are kept for them, out of sight.

        Raises:
            NotFoundError: There is no such program.
        """
        ...
