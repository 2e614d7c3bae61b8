"""The accounts of a service that is not running: straight in its database."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from program_runtime.service import owner
from program_runtime.service.domain import Role, hash_token, new_token

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from program_runtime.service.settings import Settings
    from program_runtime.service.store import Store

__all__ = ["StoredAccounts", "open_accounts"]


class StoredAccounts:
    """Adds, lists and revokes users for whoever may read the database."""

    def __init__(self, store: Store, runner: asyncio.Runner) -> None:
        self._store = store
        self._runner = runner

    def add_user(self, name: str, role: str) -> dict[str, Any]:
        """Open an account; the answer holds its token, which is kept nowhere.

        Raises:
            ConflictError: An active user has this name.
        """
        token = new_token()
        self._do(self._store.users.add(name, Role(role), hash_token(token)))
        return {"token": token}

    def rotate_user(self, name: str) -> dict[str, Any]:
        """Replace a user's token.

        Raises:
            NotFoundError: No active user has this name.
        """
        token = new_token()
        self._do(self._store.users.set_token(name, hash_token(token)))
        return {"token": token}

    def revoke_user(self, name: str) -> None:
        """Close an account; programs and jobs stay.

        Raises:
            NotFoundError: No user has this name.
        """
        self._do(self._store.users.revoke(name))

    def users(self) -> list[dict[str, Any]]:
        """List all users, revoked ones too."""
        return [
            {"name": user.name, "role": str(user.role), "active": user.active}
            for user in self._do(self._store.users.list())
        ]

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)


@contextmanager
def open_accounts(settings: Settings) -> Iterator[StoredAccounts]:
    """Open the database of a service, made ready for a first start if it is new.

    Args:
        settings: Those of the service: its data directory and database.

    Yields:
        The accounts.

    Raises:
        StorageError: The database can not be opened.
    """
    from program_runtime.service.store import (  # noqa: PLC0415 - SQLAlchemy is slow
        FolderBlobStore,
        SqlStore,
    )

    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    blobs = FolderBlobStore(settings.data_dir / "blobs")
    store = SqlStore(settings.database(), blobs=blobs)
    with asyncio.Runner() as runner:
        runner.run(store.open())
        try:
            # Else the first `qrt serve` would find a user and open no owner account.
            runner.run(owner.ensure_owner(store, settings.data_dir))
            yield StoredAccounts(store, runner)
        finally:
            runner.run(store.close())
