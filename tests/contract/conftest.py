"""Every store there is, empty and open, for the suites that hold them to one contract.

PostgreSQL takes part when QRT_TEST_POSTGRES_URL names a database whose tables may
be emptied.
"""

import asyncio
import os

import pytest
from contract.store_samples import Clock

from program_runtime.service.store import FolderBlobStore, MemoryBlobStore, MemoryStore
from program_runtime.service.store.sql import SqlStore
from program_runtime.service.store.sql.tables import metadata

POSTGRES = os.environ.get("QRT_TEST_POSTGRES_URL")
KINDS = ["memory", "sqlite", *(["postgresql"] if POSTGRES else [])]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["folder", "memory"])
def blobs(request, tmp_path, clock):
    if request.param == "memory":
        return MemoryBlobStore(clock=clock)
    return FolderBlobStore(tmp_path / "blobs", clock=clock)


@pytest.fixture
def ask():
    """Run a coroutine and return what it returns."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(params=KINDS)
def store(request, tmp_path, clock, ask):
    blobs = MemoryBlobStore(clock=clock)
    if request.param == "memory":
        store = MemoryStore(blobs, clock=clock)
    elif request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/db.sqlite3"
        store = SqlStore(url, blobs, clock=clock)
    else:
        store = SqlStore(POSTGRES, blobs, migrate=True, clock=clock)
    store.test_blobs = blobs
    ask(store.open())
    if request.param == "postgresql":
        ask(store.users._writer.do(empty))
    yield store
    ask(store.close())


def empty(connection):
    """Delete all rows, those that refer to others first."""
    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())
