"""Accounts in the database."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from program_runtime.service.domain import ConflictError, NotFoundError, Role, User
from program_runtime.service.store.sql.tables import users

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Insert, Row, Select, Update

    from program_runtime.service.store.sql.reader import Reader
    from program_runtime.service.store.sql.writer import GroupWriter

_COLUMNS = (users.c.name, users.c.role, users.c.created, users.c.active)


@cache
def select_users() -> Select[Any]:
    """All accounts, oldest first."""
    return select(*_COLUMNS).order_by(users.c.key)


@cache
def select_user() -> Select[Any]:
    """The account of a name."""
    return select(*_COLUMNS).where(users.c.name == bindparam("name"))


@cache
def select_user_by_token() -> Select[Any]:
    """The active account whose token has this hash."""
    return select(*_COLUMNS).where(
        users.c.token_hash == bindparam("hash"), users.c.active
    )


@cache
def insert_user() -> Insert:
    """A new account."""
    return insert(users)


@cache
def update_user() -> Update:
    """Whatever of an account is given beside its name."""
    return update(users).where(users.c.name == bindparam("of_name"))


class SqlUsers:
    """See :class:`~program_runtime.service.store.protocols.UserStore`."""

    def __init__(
        self, reader: Reader, writer: GroupWriter, clock: Callable[[], float]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def add(self, name: str, role: Role, token_hash: str) -> User:
        """Open an account, or a revoked one again."""

        def write(connection: Connection) -> User:
            account = {"role": role.value, "token_hash": token_hash, "active": True}
            present = _user(connection, name)
            if present is None:
                fresh = {"name": name, "created": self._clock(), "last_served": 0.0}
                connection.execute(insert_user(), fresh | account)
            elif present.active:
                raise ConflictError(
                    f"there is a user {name} already", reason="user_exists"
                )
            else:
                connection.execute(update_user(), {"of_name": name} | account)
            return _require(connection, name)

        return await self._writer.do(write)

    async def by_token_hash(self, token_hash: str) -> User | None:
        """Return the active user with this token."""

        def read(connection: Connection) -> User | None:
            rows = connection.execute(select_user_by_token(), {"hash": token_hash})
            row = rows.one_or_none()
            return None if row is None else _to_user(row)

        return await self._reader.do(read)

    async def list(self) -> Sequence[User]:
        """Return all users."""

        def read(connection: Connection) -> Sequence[User]:
            return [_to_user(row) for row in connection.execute(select_users())]

        return await self._reader.do(read)

    async def set_token(self, name: str, token_hash: str) -> User:
        """Replace the token of an active user."""

        def write(connection: Connection) -> User:
            user = _require(connection, name)
            if not user.active:
                raise NotFoundError(f"there is no active user {name}", kind="user")
            change = {"of_name": name, "token_hash": token_hash}
            connection.execute(update_user(), change)
            return user

        return await self._writer.do(write)

    async def revoke(self, name: str) -> User:
        """Close the account."""

        def write(connection: Connection) -> User:
            _require(connection, name)
            connection.execute(update_user(), {"of_name": name, "active": False})
            return _require(connection, name)

        return await self._writer.do(write)


def _user(connection: Connection, name: str) -> User | None:
    row = connection.execute(select_user(), {"name": name}).one_or_none()
    return None if row is None else _to_user(row)


def _require(connection: Connection, name: str) -> User:
    user = _user(connection, name)
    if user is None:
        raise NotFoundError(f"there is no user {name}", kind="user")
    return user


def _to_user(row: Row[Any]) -> User:
    return User(
        name=row.name,
        role=Role(row.role),
        created=datetime.fromtimestamp(row.created, UTC),
        active=row.active,
    )
