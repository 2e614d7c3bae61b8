"""Services in the test's own process, and databases on disk."""

import asyncio
from functools import partial

import pytest
from contract.store_samples import furnish
from service_in_process import Gate, service_for

from program_runtime.service.store import FolderBlobStore, SqlStore


@pytest.fixture
def gate():
    """Let a test decide when a script goes on."""
    return Gate()


@pytest.fixture
def make_service(tmp_path):
    """Make services; each is a context manager."""
    return partial(service_for, tmp_path)


@pytest.fixture
def service(make_service):
    """One service with memory behind it."""
    with make_service() as made:
        yield made


@pytest.fixture
def ask():
    """Run a coroutine and return what it returns."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture
def make_store(tmp_path, ask):
    """Open databases on disk; they are closed after the test."""
    opened = []

    def make(name="db.sqlite3", **options):
        blobs = FolderBlobStore(tmp_path / "blobs")
        store = SqlStore(f"sqlite:///{tmp_path}/{name}", blobs, **options)
        ask(store.open())
        opened.append(store)
        return store

    yield make
    for store in opened:
        ask(store.close())


@pytest.fixture
def store(make_store, ask):
    """A database with a user and their program."""
    store = make_store()
    ask(furnish(store))
    return store
