"""Who may use the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.service.domain import Role, User

__all__ = ["UserStore"]


class UserStore(Protocol):
    """Who may use the service."""

    async def add(self, name: str, role: Role, token_hash: str) -> User:
        """Open an account; a revoked one of this name comes back with this role.

        Raises:
            ConflictError: ``user_exists``: an active user has this name.
        """
        ...

    async def by_token_hash(self, token_hash: str) -> User | None:
        """Return the active user whose token has this hash."""
        ...

    async def list(self) -> Sequence[User]:
        """Return all users, revoked ones too, oldest first."""
        ...

    async def set_token(self, name: str, token_hash: str) -> User:
        """Replace the token; the old one is worthless from now on.

        Raises:
            NotFoundError: No active user has this name.
        """
        ...

    async def revoke(self, name: str) -> User:
        """Close the account; programs and jobs stay. Closing twice is no error.

        Raises:
            NotFoundError: No user has this name.
        """
        ...
