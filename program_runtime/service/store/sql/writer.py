"""The one thread that writes: what waits is committed together, at one fsync."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from program_runtime.errors import StorageError
from program_runtime.service.domain import Refusal
from program_runtime.service.store.sql.failures import (
    is_deadlock,
    storage,
    storage_error,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine

T = TypeVar("T")

_GROUP_LIMIT = 256


@dataclass(frozen=True, slots=True)
class _Order:
    """A piece of work, and who waits for it where."""

    work: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a piece of work returned or raised."""

    order: _Order
    value: Any = None
    error: Exception | None = None

    def deliver(self) -> None:
        future = self.order.future
        if future.done():  # who waited was cancelled; the work is done all the same
            return
        if self.error is None:
            future.set_result(self.value)
        else:
            future.set_exception(self.error)


class GroupWriter:
    """Runs functions that write, each whole or not at all.

    The thread takes everything that waits, runs it in one transaction, commits,
    and only then answers. While it commits, the next group gathers: no timer, so
    a lone write waits for nothing and a thousand wait for one fsync.

    A function refuses (raises a Refusal) before its first statement that writes,
    so a refusal leaves the group alone. If anything else goes wrong the group is
    rolled back and each function gets a transaction of its own: one that fails
    spoils no other. Functions may therefore run twice and keep no state.

    Args:
        engine: Where to write; one connection is taken until ``close``.
    """

    def __init__(self, engine: Engine) -> None:
        with storage():
            self._connection = engine.connect()
        self._orders: SimpleQueue[_Order | None] = SimpleQueue()
        self._closed = False
        self.failed = False
        """Whether the database failed at something of the last group."""
        # Nothing is put behind the end, where nobody would answer it.
        self._gate = threading.Lock()
        self._thread = threading.Thread(
            target=self._run, name="store-writer", daemon=True
        )
        self._thread.start()

    async def do(self, work: Callable[[Connection], T]) -> T:
        """Run a function in the next group.

        Args:
            work: Gets the connection, inside of a transaction.

        Returns:
            What it returned, once that is durable.

        Raises:
            Refusal: As the function raised it.
            StorageError: The database failed, or the store is closed.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._gate:
            if self._closed:
                raise StorageError("the store is closed")
            self._orders.put(_Order(work, loop, future))
        return await future

    def close(self) -> None:
        """Finish what waits, then disconnect. Blocks."""
        with self._gate:
            self._closed = True
            self._orders.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while group := self._next_group():
            answers = _commit(self._connection, group)
            self.failed = any(isinstance(a.error, StorageError) for a in answers)
            _deliver(answers)

    def _next_group(self) -> list[_Order]:
        """Wait for work and take all there is; empty once the store is closed."""
        group: list[_Order] = []
        order = self._orders.get()
        while order is not None:
            group.append(order)
            if len(group) == _GROUP_LIMIT:
                return group
            try:
                order = self._orders.get_nowait()
            except Empty:
                return group
        if group:
            self._orders.put(None)  # the end, once more, after this last group
        return group


def _commit(
    connection: Connection, group: Sequence[_Order], *, again: bool = True
) -> list[_Answer]:
    try:
        transaction = connection.begin()
    except Exception as err:  # noqa: BLE001 - the thread serves others after this
        return [_Answer(order, error=_reported(err)) for order in group]
    try:
        with transaction:
            return [_attempt(connection, order) for order in group]
    except Exception as err:  # noqa: BLE001 - as above
        # Another process wrote the same row between our look and our write: what
        # is refused now, or answered with that row, shows at a second look. So it is
        # where two processes held what the other one needed, and ours had to yield.
        overtaken = again and (isinstance(err, IntegrityError) or is_deadlock(err))
        if len(group) == 1 and not overtaken:
            return [_Answer(group[0], error=_reported(err))]
    one_more = len(group) > 1
    return [
        answer
        for order in group
        for answer in _commit(connection, [order], again=one_more)
    ]


def _attempt(connection: Connection, order: _Order) -> _Answer:
    try:
        return _Answer(order, value=order.work(connection))
    except Refusal as refusal:
        return _Answer(order, error=refusal)


def _reported(err: Exception) -> Exception:
    if not isinstance(err, SQLAlchemyError | OSError):
        return err
    reported = storage_error(err)
    reported.__cause__ = err
    return reported


def _deliver(answers: Sequence[_Answer]) -> None:
    """Answer with one hop to each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Answer]] = defaultdict(list)
    for answer in answers:
        by_loop[answer.order.loop].append(answer)
    for loop, group in by_loop.items():
        try:
            loop.call_soon_threadsafe(_deliver_all, group)
        except RuntimeError:  # the loop is closed: nobody waits any more
            continue


def _deliver_all(answers: Sequence[_Answer]) -> None:
    for answer in answers:
        answer.deliver()
