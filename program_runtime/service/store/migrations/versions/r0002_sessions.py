"""Sessions, and where their jobs stand in the queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of sessions; jobs that name one from before belong to none."""
    op.create_table(
        "sessions",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("backend", sa.Text(), nullable=True),
        sa.Column("max_ttl_s", sa.Double(), nullable=False),
        sa.Column("interactive_ttl_s", sa.Double(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("activated", sa.Double(), nullable=True),
        sa.Column("closed", sa.Double(), nullable=True),
        sa.Column("accepting_jobs", sa.Boolean(), nullable=False),
        sa.Column("last_job_started", sa.Double(), nullable=True),
        sa.Column("last_job_completed", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name="sessions_user_refers"),
        sa.PrimaryKeyConstraint("key", name="sessions_key"),
        sa.UniqueConstraint("id", name="sessions_one_id"),
    )
    op.create_index("sessions_by_user", "sessions", ["user", "key"], unique=False)
    op.create_index(
        "sessions_open",
        "sessions",
        ["user"],
        unique=False,
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    )
    op.drop_index("jobs_by_session_id", "jobs")
    op.create_index(
        "jobs_by_session", "jobs", ["session_id", "status", "key"], unique=False
    )
    op.execute("UPDATE jobs SET priority = 0 WHERE priority <> 0")
