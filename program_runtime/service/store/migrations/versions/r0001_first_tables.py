"""Users, programs with their releases, jobs with their events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    _create_users()
    _create_programs()
    _create_releases()
    _create_labels()
    _create_jobs()
    _create_job_tags()
    _create_inputs()
    _create_events()


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("last_served", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="users_key"),
        sa.UniqueConstraint("name", name="users_one_name"),
        sa.UniqueConstraint("token_hash", name="users_one_token_hash"),
    )


def _create_programs() -> None:
    op.create_table(
        "programs",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("updated", sa.Double(), nullable=False),
        sa.Column("deleted", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="programs_key"),
    )
    op.create_index(
        "programs_one_live_id",
        "programs",
        ["id"],
        unique=True,
        sqlite_where=sa.text("deleted IS NULL"),
        postgresql_where=sa.text("deleted IS NULL"),
    )


def _create_releases() -> None:
    op.create_table(
        "releases",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("program_key", _KEY, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_key"], ["programs.key"], name="releases_program_key_refers"
        ),
        sa.PrimaryKeyConstraint("key", name="releases_key"),
        sa.UniqueConstraint(
            "program_key", "version", name="releases_one_program_key_version"
        ),
    )
    op.create_index("releases_by_digest", "releases", ["digest"], unique=False)


def _create_labels() -> None:
    op.create_table(
        "labels",
        sa.Column("program_key", _KEY, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("release_key", _KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["program_key"], ["programs.key"], name="labels_program_key_refers"
        ),
        sa.ForeignKeyConstraint(
            ["release_key"], ["releases.key"], name="labels_release_key_refers"
        ),
        sa.PrimaryKeyConstraint("program_key", "label", name="labels_key"),
    )
    op.create_index("labels_by_release_key", "labels", ["release_key"], unique=False)


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("release_key", _KEY, nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("backend", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created", sa.Double(), nullable=False),
        sa.Column("started", sa.Double(), nullable=True),
        sa.Column("ended", sa.Double(), nullable=True),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=True),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry", sa.Boolean(), nullable=False),
        sa.Column("isolation", sa.Text(), nullable=True),
        sa.Column("usage", sa.Text(), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.Column("failure_message", sa.Text(), nullable=True),
        sa.Column("traceback", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_key"], ["releases.key"], name="jobs_release_key_refers"
        ),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name="jobs_user_refers"),
        sa.PrimaryKeyConstraint("key", name="jobs_key"),
        sa.UniqueConstraint("id", name="jobs_one_id"),
        sa.UniqueConstraint(
            "user", "idempotency_key", name="jobs_one_user_idempotency_key"
        ),
    )
    op.create_index("jobs_by_release_key", "jobs", ["release_key"], unique=False)
    op.create_index("jobs_by_session_id", "jobs", ["session_id"], unique=False)
    op.create_index(
        "jobs_by_turn",
        "jobs",
        ["status", "user", sa.literal_column("priority DESC"), "key"],
        unique=False,
    )
    op.create_index("jobs_by_user", "jobs", ["user", "key"], unique=False)


def _create_job_tags() -> None:
    op.create_table(
        "job_tags",
        sa.Column("job_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_key"],
            ["jobs.key"],
            name="job_tags_job_key_refers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_key", "tag", name="job_tags_key"),
    )
    op.create_index("job_tags_by_tag", "job_tags", ["tag"], unique=False)


def _create_inputs() -> None:
    op.create_table(
        "inputs",
        sa.Column("job_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_key"], ["jobs.key"], name="inputs_job_key_refers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_key", name="inputs_key"),
    )
    op.create_index("inputs_by_digest", "inputs", ["digest"], unique=False)


def _create_events() -> None:
    op.create_table(
        "events",
        sa.Column("job_key", _KEY, autoincrement=False, nullable=False),
        sa.Column("seq", _KEY, autoincrement=False, nullable=False),
        sa.Column("time", sa.Double(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("blob_digest", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_key"], ["jobs.key"], name="events_job_key_refers", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_key", "seq", name="events_key"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "events_by_blob",
        "events",
        ["blob_digest"],
        unique=False,
        sqlite_where=sa.text("blob_digest IS NOT NULL"),
        postgresql_where=sa.text("blob_digest IS NOT NULL"),
    )
