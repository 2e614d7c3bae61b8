"""The store alone: one process, SQLite at synchronous=FULL, every write durable."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime.execution.events import Event, EventType
from program_runtime.execution.outcome import JobStatus, Outcome
from program_runtime.service.domain import (
    Inputs,
    NewJob,
    NewSession,
    Release,
    Role,
)
from program_runtime.service.store import FolderBlobStore, SqlStore
from tests.benchmarks.figure import Figure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROUNDS = 300
MESSAGES = 200_000
AT_ONCE = 1000
WAITING = 10_000
MESSAGE = '{"iteration": 12, "energy": -1.857275030202}'


def measure():
    """Return the figures of the store."""
    return asyncio.run(_measure_all())


async def _measure_all():
    with tempfile.TemporaryDirectory(prefix="qrt-bench-") as folder:
        blobs = FolderBlobStore(Path(folder) / "blobs")
        store = SqlStore(f"sqlite:///{folder}/db.sqlite3", blobs)
        await store.open()
        await _furnish(store)
        try:
            bare = await asyncio.to_thread(_bare_commit_ms, Path(folder))
            parts = (_one_by_one, _messages, _at_once, _turns)
            return [
                Figure("a bare commit of SQLite, median", bare, "ms"),
                *[figure for part in parts async for figure in part(store)],
            ]
        finally:
            await store.close()


def _bare_commit_ms(folder: Path) -> float:
    """What the disk allows: one row in one transaction, without any of our code."""
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("create table rows (value)")
    took = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        connection.execute("insert into rows values (1)")
        took.append((time.perf_counter() - begun) * 1000)
    connection.close()
    return statistics.median(took)


async def _furnish(store: SqlStore) -> None:
    await store.users.add("u_a", Role.AUTHOR, "hash")
    release = Release(
        program_id="vqe",
        version="1.0.0",
        digest=f"sha256:{0:064}",
        size=1000,
        metadata={},
        created=datetime.now(UTC),
        published_by="u_a",
    )
    await store.programs.publish(release, owner="u_a", description="")


def _new_job(user: str = "u_a", session_id: str | None = None) -> NewJob:
    return NewJob(
        user=user,
        session_id=session_id,
        program_id="vqe",
        version="1.0.0",
        backend="aer_simulator",
        inputs=Inputs(text='{"iterations": 5}'),
    )


async def _timed(call) -> tuple[float, object]:
    begun = time.perf_counter()
    answer = await call
    return (time.perf_counter() - begun) * 1000, answer


async def _one_by_one(store: SqlStore) -> AsyncIterator[Figure]:
    took: dict[str, list[float]] = {"submit": [], "claim": [], "get": [], "finish": []}
    ending = [Event(3, time.time(), EventType.STATUS, '{"status": "Completed"}')]
    for _ in range(ROUNDS):
        job_id = (await store.jobs.submit(_new_job()))[0].id
        calls = {
            "submit": lambda: store.jobs.submit(_new_job()),
            "claim": store.jobs.claim,
            "get": lambda job_id=job_id: store.jobs.get(job_id),
            "finish": lambda job_id=job_id: store.jobs.finish(
                job_id, ending, Outcome(status=JobStatus.COMPLETED)
            ),
        }
        for name, call in calls.items():
            elapsed_ms, answer = await _timed(call())
            took[name].append(elapsed_ms)
            if name == "submit":
                await store.jobs.cancel(answer[0].id)
    goals = {"submit": 1.5, "claim": 1.0}
    for name, values in took.items():
        median = statistics.median(values)
        yield Figure(f"{name}, median", median, "ms", most=goals.get(name))


async def _messages(store: SqlStore) -> AsyncIterator[Figure]:
    for group, goal in ((100, None), (1000, 60_000), (5000, 60_000)):
        job_id = (await store.jobs.submit(_new_job()))[0].id
        await store.jobs.claim()
        took_s = 0.0
        for first in range(3, MESSAGES + 3, group):
            events = [
                Event(seq, time.time(), EventType.INTERIM, MESSAGE)
                for seq in range(first, first + group)
            ]
            begun = time.perf_counter()
            await store.events.append(job_id, events)
            took_s += time.perf_counter() - begun
        rate = MESSAGES / took_s
        yield Figure(f"append, {group} events a call", rate, "/s", least=goal)
    begun, after = time.perf_counter(), 0
    while page := await store.events.read(job_id, after=after):
        after = page[-1].seq
    rate = after / (time.perf_counter() - begun)
    yield Figure("read, 1000 events a call", rate, "/s", least=100_000)


async def _at_once(store: SqlStore) -> AsyncIterator[Figure]:
    begun = time.perf_counter()
    await asyncio.gather(*(store.jobs.submit(_new_job()) for _ in range(AT_ONCE)))
    rate = AT_ONCE / (time.perf_counter() - begun)
    yield Figure(f"{AT_ONCE} submissions at once", rate, "/s")
    elapsed_ms, _ = await _timed(store.jobs.claim())
    yield Figure(f"claim with {AT_ONCE} jobs waiting", elapsed_ms, "ms")


async def _turns(store: SqlStore) -> AsyncIterator[Figure]:
    """Claims while thousands wait, in no session and in a dedicated one."""
    times = {"max_ttl_s": 1e5, "interactive_ttl_s": 1e5}
    await store.users.add("u_b", Role.USER, "hash of u_b")
    session = await store.sessions.add(NewSession(user="u_b", **times))
    for fields, words in (
        ({"user": "u_a"}, "no"),
        ({"user": "u_b", "session_id": session.id}, "a dedicated"),
    ):
        new = [_new_job(**fields) for _ in range(WAITING)]
        await asyncio.gather(*map(store.jobs.submit, new))
        took = []
        for _ in range(ROUNDS):
            elapsed_ms, job = await _timed(store.jobs.claim())
            took.append(elapsed_ms)
            ending = [Event(3, time.time(), EventType.STATUS, "{}")]
            done = Outcome(status=JobStatus.COMPLETED)
            await store.jobs.finish(job.id, ending, done)
        median = statistics.median(took)
        name = f"claim with {WAITING:,} jobs of {words} session waiting, median"
        yield Figure(name, median, "ms")
