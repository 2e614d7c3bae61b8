"""Everything durable: users, programs, jobs, sessions, events, and the blobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.service.store.protocols import (
    BlobStore,
    ClosedSession,
    EventStore,
    JobStore,
    ProgramStore,
    SessionStore,
    Store,
    UserStore,
)

if TYPE_CHECKING:
    from program_runtime.service.store.blobs import FolderBlobStore, MemoryBlobStore
    from program_runtime.service.store.memory import MemoryStore
    from program_runtime.service.store.sql import SqlStore

__all__ = [
    "BlobStore",
    "ClosedSession",
    "EventStore",
    "FolderBlobStore",
    "JobStore",
    "MemoryBlobStore",
    "MemoryStore",
    "ProgramStore",
    "SessionStore",
    "SqlStore",
    "Store",
    "UserStore",
]

_LAZY = {
    "FolderBlobStore": "blobs",
    "MemoryBlobStore": "blobs",
    "MemoryStore": "memory",
    "SqlStore": "sql",
}


def __getattr__(name: str) -> object:
    """Import an implementation when it is asked for: SQLAlchemy takes its time."""
    from importlib import import_module  # noqa: PLC0415

    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
