"""The seam behind which everything durable lives: five stores and the blobs.

Every method that writes returns when the change is durable. A refusal
(:class:`~program_runtime.service.domain.NotFoundError`,
:class:`~program_runtime.service.domain.ConflictError`) changed nothing. What the
database or the disk can not do raises
:class:`~program_runtime.errors.StorageError`; the store can be used afterwards.
"""

from __future__ import annotations

from program_runtime.service.store.protocols.blobs import BlobStore
from program_runtime.service.store.protocols.events import EventStore
from program_runtime.service.store.protocols.jobs import JobStore
from program_runtime.service.store.protocols.programs import ProgramStore
from program_runtime.service.store.protocols.sessions import (
    ClosedSession,
    SessionStore,
)
from program_runtime.service.store.protocols.store import Store
from program_runtime.service.store.protocols.users import UserStore

__all__ = [
    "BlobStore",
    "ClosedSession",
    "EventStore",
    "JobStore",
    "ProgramStore",
    "SessionStore",
    "Store",
    "UserStore",
]
