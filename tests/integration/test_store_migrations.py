"""How a database comes to the form that this version needs."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from contract.store_samples import a_job, ending
from sqlalchemy import create_engine

from program_runtime.errors import StorageError
from program_runtime.execution.outcome import JobStatus, Outcome
from program_runtime.service.domain import (
    JobQuery,
    NotFoundError,
    Role,
    SessionQuery,
)
from program_runtime.service.store import MemoryBlobStore, SqlStore
from program_runtime.service.store.migrations import upgrading
from program_runtime.service.store.sql import schema
from program_runtime.service.store.sql.tables import metadata

NEXT = f"{int(schema.HEAD) + 1:04}"
NEXT_STEP = f"""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{schema.HEAD}"


def upgrade():
    op.add_column("users", sa.Column("motto", sa.Text()))
"""


OLD_ROWS = """
insert into users values (1, 'u_a', 'user', 'hash', 0, 1, 0);
insert into programs values (1, 'vqe', 'u_a', '', 'private', 0, 0, null);
insert into releases values (1, 1, '1.0.0', 'sha256:0', 1, '{}', 0, 'u_a');
insert into labels values (1, 'latest', 1);
insert into jobs (key, id, user, release_key, program_id, version, digest, backend,
    status, priority, created, options, tags, session_id, last_seq, attempts, retry)
values
    (1, 'job_0', 'u_a', 1, 'vqe', '1.0.0', 'sha256:0', 'aer_simulator',
     'Queued', 0, 0, '{}', '[]', null, 1, 0, 0),
    (2, 'job_1', 'u_a', 1, 'vqe', '1.0.0', 'sha256:0', 'aer_simulator',
     'Queued', 1, 0, '{}', '[]', 'job_1', 1, 0, 0);
insert into events (job_key, seq, time, type, data, size)
values (1, 1, 0, 'status', '{}', 2), (2, 1, 0, 'status', '{}', 2);
"""


def open_store(path, **options):
    async def open_and_close():
        store = SqlStore(f"sqlite:///{path}", MemoryBlobStore(), **options)
        await store.open()
        users = await store.users.list()
        await store.close()
        return users

    return asyncio.run(open_and_close())


def form(path):
    """The statements that made the tables, without their spacing and order."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "select name, sql from sqlite_master where name not like 'sqlite_%'"
        ).fetchall()
    connection.close()
    return {
        name: sorted(part.strip(" \t\n)") for part in sql.split(","))
        for name, sql in rows
    }


def set_revision(path, revision):
    with sqlite3.connect(path) as connection:
        connection.execute("update alembic_version set version_num = ?", [revision])
    connection.close()


@pytest.fixture
def migrated(tmp_path):
    """A database that only the migrations made."""
    path = tmp_path / "migrated.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrading.upgrade(connection, None)
    engine.dispose()
    return path


def test_the_known_head_is_that_of_the_migrations():
    assert upgrading.head() == schema.HEAD


def test_migrations_make_the_tables_that_the_statements_use(migrated):
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()
    assert difference == []


def test_a_new_database_has_the_same_form_as_a_migrated_one(migrated, tmp_path):
    open_store(tmp_path / "new.db")
    assert form(tmp_path / "new.db") == form(migrated)


def test_a_migrated_database_is_opened(migrated):
    assert open_store(migrated) == []


def test_opening_needs_no_alembic_when_there_is_nothing_to_migrate(tmp_path):
    script = (
        "import asyncio, sys\n"
        "from program_runtime.service.store import MemoryBlobStore, SqlStore\n"
        f"store = SqlStore('sqlite:///{tmp_path}/a.db', MemoryBlobStore())\n"
        "async def run():\n"
        "    await store.open()\n"
        "    await store.close()\n"
        "asyncio.run(run())\n"
        "asyncio.run(run())\n"
        "heavy = {'alembic', 'qiskit', 'numpy', 'fastapi'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_database_of_a_newer_version_is_left_alone(tmp_path):
    path = tmp_path / "a.db"
    open_store(path)
    set_revision(path, "9999")
    with pytest.raises(
        StorageError,
        match="at revision 9999, which this version does not know: a newer version",
    ) as caught:
        open_store(path)
    assert caught.value.hint == "Upgrade qiskit-program-toolkit."


def test_a_database_is_not_changed_unless_that_is_wanted(tmp_path):
    path = tmp_path / "a.db"
    with pytest.raises(
        StorageError,
        match=f"the database is empty, this version needs revision {schema.HEAD}",
    ):
        open_store(path, migrate=False)
    assert form(path) == {}
    open_store(path)
    set_revision(path, "0000")
    with pytest.raises(
        StorageError,
        match=f"is at revision 0000, this version needs revision {schema.HEAD}",
    ):
        open_store(path, migrate=False)


def at_revision(path, revision):
    """Make a database that a few steps made."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = upgrading.configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def test_jobs_of_sessions_from_before_there_were_any_run_like_others(tmp_path):
    path = tmp_path / "a.db"
    at_revision(path, "0001")
    with sqlite3.connect(path) as connection:
        connection.executescript(OLD_ROWS)
    connection.close()

    async def scenario():
        store = SqlStore(f"sqlite:///{path}", MemoryBlobStore())
        await store.open()
        sessions = await store.sessions.find(SessionQuery())
        assert (await store.programs.release("vqe")).was_latest
        claimed = [await store.jobs.claim() for _ in range(2)]
        found = await store.jobs.find(JobQuery(session_id="job_1"))
        outcome = Outcome(status=JobStatus.COMPLETED)
        await store.jobs.finish("job_1", ending(3), outcome)
        with pytest.raises(NotFoundError, match="There is no session job_1"):
            await store.jobs.submit(a_job(session_id="job_1"))
        await store.close()
        return sessions, [job.id for job in claimed], found[1]

    assert asyncio.run(scenario()) == (([], 0), ["job_0", "job_1"], 1)
    assert form(path)["jobs_by_session"]


def test_an_older_database_is_brought_to_the_newest_form(tmp_path, monkeypatch):
    path = tmp_path / "a.db"
    open_store(path)
    shutil.copytree(upgrading.FOLDER, tmp_path / "migrations")
    (tmp_path / "migrations" / "versions" / f"r{NEXT}_next.py").write_text(NEXT_STEP)
    monkeypatch.setattr(upgrading, "FOLDER", tmp_path / "migrations")
    monkeypatch.setattr(schema, "HEAD", NEXT)
    assert open_store(path) == []
    assert any("motto" in part for part in form(path)["users"])
    monkeypatch.setattr(upgrading, "FOLDER", tmp_path / "absent")
    assert open_store(path) == []


def test_a_step_that_fails_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "a.db"
    open_store(path)
    before = form(path)
    shutil.copytree(upgrading.FOLDER, tmp_path / "migrations")
    broken = f"{NEXT_STEP}    op.execute('this is no statement')\n"
    (tmp_path / "migrations" / "versions" / f"r{NEXT}_next.py").write_text(broken)
    monkeypatch.setattr(upgrading, "FOLDER", tmp_path / "migrations")
    monkeypatch.setattr(schema, "HEAD", NEXT)
    with pytest.raises(StorageError, match="syntax error"):
        open_store(path)
    assert form(path) == before


def test_a_path_with_a_percent_sign_is_a_path(tmp_path):
    async def add():
        store = SqlStore(f"sqlite:///{tmp_path}/100%25.db", MemoryBlobStore())
        await store.open()
        user = await store.users.add("u_a", Role.USER, "h")
        await store.close()
        return user.name

    assert asyncio.run(add()) == "u_a"
