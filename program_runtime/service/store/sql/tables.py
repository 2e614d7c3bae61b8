"""The tables. Times are seconds since the epoch, mappings and lists JSON text.

A change here needs a migration, and ``schema.HEAD`` set to it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_one_%(column_0_N_name)s",
        "fk": "%(table_name)s_%(column_0_name)s_refers",
        "pk": "%(table_name)s_key",
    }
)

# In SQLite only a column of exactly this type is the row's own number.
_Key = BigInteger().with_variant(Integer, "sqlite")

users = Table(
    "users",
    metadata,
    Column("key", _Key, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created", Double, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("last_served", Double, nullable=False),
)

programs = Table(
    "programs",
    metadata,
    Column("key", _Key, primary_key=True),
    Column("id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("updated", Double, nullable=False),
    # Set when jobs still refer to a release; the name is free again then.
    Column("deleted", Double),
)
Index(
    "programs_one_live_id",
    programs.c.id,
    unique=True,
    sqlite_where=programs.c.deleted.is_(None),
    postgresql_where=programs.c.deleted.is_(None),
)

releases = Table(
    "releases",
    metadata,
    Column("key", _Key, primary_key=True),
    Column("program_key", _Key, ForeignKey("programs.key"), nullable=False),
    Column("version", Text, nullable=False),
    Column("digest", Text, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("was_latest", Boolean, nullable=False, server_default=true()),
    UniqueConstraint("program_key", "version"),
)

labels = Table(
    "labels",
    metadata,
    Column("program_key", _Key, ForeignKey("programs.key"), primary_key=True),
    Column("label", Text, primary_key=True),
    Column("release_key", _Key, ForeignKey("releases.key"), nullable=False, index=True),
)

jobs = Table(
    "jobs",
    metadata,
    Column("key", _Key, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("user", Text, ForeignKey("users.name"), nullable=False),
    Column("release_key", _Key, ForeignKey("releases.key"), nullable=False, index=True),
    # Those of the release, which never change: a job is read without a join.
    Column("program_id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("backend", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created", Double, nullable=False),
    Column("started", Double),
    Column("ended", Double),
    Column("options", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("session_id", Text),
    Column("last_seq", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry", Boolean, nullable=False),
    Column("cancel_requested", Boolean, nullable=False, server_default=false()),
    Column("isolation", Text),
    Column("usage", Text),
    Column("failure_code", Text),
    Column("failure_message", Text),
    Column("traceback", Text),
    Column("idempotency_key", Text),
    Column("conditions", Text),
    UniqueConstraint("user", "idempotency_key"),
)
Index("jobs_by_user", jobs.c.user, jobs.c.key)
Index("jobs_by_turn", jobs.c.status, jobs.c.user, jobs.c.priority.desc(), jobs.c.key)
Index("jobs_by_session", jobs.c.session_id, jobs.c.status, jobs.c.key)

sessions = Table(
    "sessions",
    metadata,
    Column("key", _Key, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("user", Text, ForeignKey("users.name"), nullable=False),
    Column("mode", Text, nullable=False),
    Column("backend", Text),
    Column("max_ttl_s", Double, nullable=False),
    Column("interactive_ttl_s", Double, nullable=False),
    Column("created", Double, nullable=False),
    Column("activated", Double),
    Column("closed", Double),
    Column("accepting_jobs", Boolean, nullable=False),
    Column("last_job_started", Double),
    Column("last_job_completed", Double),
)
Index("sessions_by_user", sessions.c.user, sessions.c.key)
Index(
    "sessions_open",
    sessions.c.user,
    sqlite_where=sessions.c.closed.is_(None),
    postgresql_where=sessions.c.closed.is_(None),
)


def _job_key() -> Column[int]:
    refers = ForeignKey("jobs.key", ondelete="CASCADE")
    return Column("job_key", _Key, refers, autoincrement=False, primary_key=True)


job_tags = Table(
    "job_tags",
    metadata,
    _job_key(),
    Column("tag", Text, primary_key=True, index=True),
)

inputs = Table(
    "inputs",
    metadata,
    _job_key(),
    Column("text", Text),
    Column("digest", Text, index=True),
)

events = Table(
    "events",
    metadata,
    _job_key(),
    Column("seq", _Key, primary_key=True, autoincrement=False),
    Column("time", Double, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", Text),
    Column("blob_digest", Text),
    Column("size", BigInteger, nullable=False),
    # One tree instead of a table and an index beside it: half the writing.
    sqlite_with_rowid=False,
)
Index(
    "events_by_blob",
    events.c.blob_digest,
    sqlite_where=events.c.blob_digest.is_not(None),
    postgresql_where=events.c.blob_digest.is_not(None),
)
