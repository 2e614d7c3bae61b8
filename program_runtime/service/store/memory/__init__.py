"""The store in memory, for tests and for services that need not last."""

from program_runtime.service.store.memory.store import MemoryStore

__all__ = ["MemoryStore"]
