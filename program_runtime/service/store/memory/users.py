"""Accounts in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from program_runtime.service.domain import ConflictError, NotFoundError, User
from program_runtime.service.store.memory.state import Account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.service.domain import Role
    from program_runtime.service.store.memory.state import State


class MemoryUsers:
    """See :class:`~program_runtime.service.store.protocols.UserStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def add(self, name: str, role: Role, token_hash: str) -> User:
        """Open an account, or a revoked one again."""
        account = self._state.accounts.get(name)
        if account is None:
            user = User(name=name, role=role, created=self._state.now())
            self._state.accounts[name] = Account(user=user, token_hash=token_hash)
            return user
        if account.user.active:
            raise ConflictError(f"there is a user {name} already", reason="user_exists")
        account.user = replace(account.user, role=role, active=True)
        account.token_hash = token_hash
        return account.user

    async def by_token_hash(self, token_hash: str) -> User | None:
        """Return the active user with this token."""
        for account in self._state.accounts.values():
            if account.token_hash == token_hash and account.user.active:
                return account.user
        return None

    async def list(self) -> Sequence[User]:
        """Return all users."""
        return [account.user for account in self._state.accounts.values()]

    async def set_token(self, name: str, token_hash: str) -> User:
        """Replace the token of an active user."""
        account = self._account(name)
        if not account.user.active:
            raise NotFoundError(f"there is no active user {name}", kind="user")
        account.token_hash = token_hash
        return account.user

    async def revoke(self, name: str) -> User:
        """Close the account."""
        account = self._account(name)
        account.user = replace(account.user, active=False)
        return account.user

    def _account(self, name: str) -> Account:
        if name not in self._state.accounts:
            raise NotFoundError(f"there is no user {name}", kind="user")
        return self._state.accounts[name]
