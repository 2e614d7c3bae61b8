"""A backup is made while the service writes, and holds a whole service."""

import json
import os
import shutil
import stat

import pytest
from backup_homes import TOKEN, blob_path
from contract.store_samples import a_job

from program_runtime.errors import BackupError, StorageError
from program_runtime.service import Settings, server
from program_runtime.service.backup import make_backup, making, restore_backup
from program_runtime.service.domain import Inputs
from program_runtime.service.store.sql import snapshot


def test_a_restored_service_is_the_same_service(home, open_home, tmp_path):
    before = home.everything()
    made = make_backup(home.settings, tmp_path / "b.tar")
    assert (made.users, made.programs, made.releases) == (2, 1, 2)
    assert (made.jobs, made.events, made.blobs) == (3, 9, 4)
    held = restore_backup(tmp_path / "b.tar", tmp_path / "new")
    assert held == made
    again = open_home("new")
    assert again.everything() == before
    assert (again.folder / "owner.token").read_text() == TOKEN
    assert (again.folder / "tls" / "ca.pem").read_text() == "planted authority"
    for digest in home.blobs.digests():
        assert (
            blob_path(again, digest).read_bytes()
            == blob_path(home, digest).read_bytes()
        )


def test_only_the_owner_reads_a_backup_and_what_is_restored(home, backup, tmp_path):
    restore_backup(backup, tmp_path / "new")
    made = [backup, *(tmp_path / "new").rglob("*"), tmp_path / "new"]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in made}
    assert {p: m for p, m in modes.items() if m & 0o077} == {}


def test_a_backup_of_a_service_that_was_killed_holds_its_journal(
    home, open_home, tmp_path
):
    before = home.everything()
    left = tmp_path / "killed"
    shutil.copytree(home.folder, left)  # with the journal, as a crash leaves it
    assert (left / "db.sqlite3-wal").stat().st_size > 0
    make_backup(Settings(data_dir=left), tmp_path / "b.tar")
    restore_backup(tmp_path / "b.tar", tmp_path / "new")
    assert open_home("new").everything() == before


def test_what_is_written_meanwhile_does_not_disturb_the_copy(
    home, open_home, tmp_path, monkeypatch
):
    monkeypatch.setattr(snapshot, "_PAGES", 1)
    before = home.everything()
    heard = []

    def write(part):
        heard.append(part)
        if len(heard) % 5 == 1:
            text = f"inputs {len(heard)} " * 500
            inputs = Inputs(digest=home.put(text))
            home.ask(home.store.jobs.submit(a_job(inputs=inputs)))

    made = make_backup(home.settings, tmp_path / "b.tar", on_progress=write)
    assert len(home.everything()["jobs"]) > made.jobs == 3
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(1.0)
    restore_backup(tmp_path / "b.tar", tmp_path / "new")
    assert open_home("new").everything() == before


BEGUN = {"before the blobs": 0.2, "during the blobs": 0.2001}
"""How far a backup is when it comes to a blob."""


@pytest.mark.parametrize("when", BEGUN)
def test_a_job_that_is_deleted_meanwhile_makes_it_start_over(home, tmp_path, ask, when):
    finished = next(
        job for job in home.everything()["jobs"].values() if job.ended is not None
    )

    def delete(part):
        if part >= BEGUN[when] and ask(home.store.jobs.get(finished.id)):
            ask(home.store.jobs.delete(finished.id))
            ask(home.store.sweep(older_than_s=0))

    made = make_backup(home.settings, tmp_path / "b.tar", on_progress=delete)
    assert (made.jobs, made.blobs) == (2, 3)
    assert restore_backup(tmp_path / "b.tar", tmp_path / "new") == made


def test_jobs_that_keep_being_deleted_end_the_attempt(home, tmp_path, ask, monkeypatch):
    def missing(*_):
        raise making._OvertakenError

    monkeypatch.setattr(making, "_size", missing)
    with pytest.raises(BackupError, match="faster than their data could be copied"):
        make_backup(home.settings, tmp_path / "b.tar")


def test_a_blob_that_is_lost_is_named_and_nothing_is_written(home, tmp_path):
    digest = min(home.blobs.digests())
    blob_path(home, digest).unlink()
    with pytest.raises(BackupError, match=f"The blob {digest} is missing"):
        make_backup(home.settings, tmp_path / "b.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("when", BEGUN)
def test_a_blob_that_is_lost_meanwhile_is_named(home, tmp_path, when):
    digest = max(home.blobs.digests())

    def lose(part):
        if part >= BEGUN[when]:
            blob_path(home, digest).unlink(missing_ok=True)

    with pytest.raises(BackupError, match=f"The blob {digest} is missing"):
        make_backup(home.settings, tmp_path / "b.tar", on_progress=lose)


@pytest.mark.parametrize("damage", ["other bytes", "shorter", "longer"])
def test_a_damaged_blob_is_named_and_nothing_is_written(home, tmp_path, damage):
    digest = min(home.blobs.digests())
    path = blob_path(home, digest)
    data = path.read_bytes()
    changed = {
        "other bytes": b"x" + data[1:],
        "shorter": data[:-1],
        "longer": data + b"x",
    }
    path.write_bytes(changed[damage])
    with pytest.raises(BackupError, match=f"is damaged: its bytes .* {digest}"):
        make_backup(home.settings, tmp_path / "b.tar")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_damaged_database_is_no_backup(home, tmp_path):
    home.close()
    path = home.folder / "db.sqlite3"
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 6] = os.urandom(4096 * 3)
    path.write_bytes(data)
    with pytest.raises(StorageError, match="the database"):
        make_backup(home.settings, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


def test_a_file_that_is_there_is_kept_unless_it_may_be_replaced(home, tmp_path):
    target = tmp_path / "b.tar"
    target.write_text("an older one")
    with pytest.raises(BackupError, match=r"b\.tar is there already\."):
        make_backup(home.settings, target)
    assert target.read_text() == "an older one"
    made = make_backup(home.settings, target, overwrite=True)
    assert restore_backup(target, tmp_path / "new") == made


def test_a_folder_that_is_not_there_is_named(home, tmp_path):
    with pytest.raises(StorageError, match=r"can not be written: No such file"):
        make_backup(home.settings, tmp_path / "nowhere" / "b.tar")


def test_a_folder_without_a_service_has_nothing_to_back_up(tmp_path):
    with pytest.raises(BackupError, match="There is no service in") as caught:
        make_backup(Settings(data_dir=tmp_path / "none"), tmp_path / "b.tar")
    assert caught.value.hint == "Name its data directory with --data-dir."
    (tmp_path / "db.sqlite3").touch()
    with pytest.raises(BackupError, match="is empty: no service has used it"):
        make_backup(Settings(data_dir=tmp_path), tmp_path / "b.tar")


def test_a_service_on_postgresql_is_told_to_use_pg_dump(tmp_path):
    settings = Settings(data_dir=tmp_path, database_url="postgresql://host/name")
    with pytest.raises(BackupError, match="PostgreSQL") as caught:
        make_backup(settings, tmp_path / "b.tar")
    assert caught.value.hint.startswith("Run `pg_dump` first, then copy ")


def test_the_database_that_the_service_was_started_with_is_found(home, tmp_path):
    home.close()
    shutil.move(home.folder / "db.sqlite3", tmp_path / "elsewhere.db")
    state = home.folder / "service.json"
    state.write_text(json.dumps({"database": f"sqlite:///{tmp_path}/elsewhere.db"}))
    assert make_backup(home.settings, tmp_path / "a.tar").jobs == 3
    state.write_text(json.dumps({"database": "postgresql://host/name"}))
    with pytest.raises(BackupError, match="PostgreSQL"):
        make_backup(home.settings, tmp_path / "b.tar")


def test_a_service_names_its_database_without_the_password(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def named(url):
        settings = Settings(data_dir=tmp_path, database_url=url)
        return json.loads(server._state("http://x", settings, None)).get("database")

    assert named(None) is None
    assert named("sqlite:///near.db") == f"sqlite:///{tmp_path}/near.db"
    assert named("postgresql://u_a:planted@host/name") == (
        "postgresql://u_a:***@host/name"
    )
