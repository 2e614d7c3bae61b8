"""The store in a database: SQLite for one machine, PostgreSQL beyond."""

from program_runtime.service.store.sql.store import SqlStore

__all__ = ["SqlStore"]
