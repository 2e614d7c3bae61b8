"""The five stores together, opened and closed as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from program_runtime.service.store.protocols.events import EventStore
    from program_runtime.service.store.protocols.jobs import JobStore
    from program_runtime.service.store.protocols.programs import ProgramStore
    from program_runtime.service.store.protocols.sessions import SessionStore
    from program_runtime.service.store.protocols.users import UserStore

__all__ = ["Store"]


class Store(Protocol):
    """The five stores of one database, and its life."""

    @property
    def users(self) -> UserStore:
        """Who may use the service."""
        ...

    @property
    def programs(self) -> ProgramStore:
        """What is published."""
        ...

    @property
    def jobs(self) -> JobStore:
        """What was submitted."""
        ...

    @property
    def sessions(self) -> SessionStore:
        """Which of the jobs belong together."""
        ...

    @property
    def events(self) -> EventStore:
        """What the jobs said."""
        ...

    async def open(self) -> None:
        """Connect, and bring the database to the form that this version needs.

        Raises:
            StorageError: It can not be opened, or is newer than this version.
        """
        ...

    async def close(self) -> None:
        """Finish the writes under way and disconnect; closing twice is no error."""
        ...

    async def check(self) -> None:
        """See whether a store that could not write lately can do so again.

        Raises:
            StorageError: It can not.
        """
        ...

    async def sweep(self, *, older_than_s: float = 3600.0) -> int:
        """Delete what nothing refers to: blobs, releases, closed sessions without jobs.

        Args:
            older_than_s: Leave younger blobs, whose row may be under way, and sessions
                that were closed since.

        Returns:
            How many blobs were deleted.
        """
        ...
