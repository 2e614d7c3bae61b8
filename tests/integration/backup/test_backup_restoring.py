"""A backup is put back as a whole or not at all."""

import io
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile

import pytest
from backup_homes import blob_path, files_below
from contract.store_samples import furnish

from program_runtime.errors import BackupError, ServiceStartError, StorageError
from program_runtime.service import data_lock
from program_runtime.service.backup import make_backup, occupation, restore_backup


def rewrite(source, target, change):
    """Copy an archive; ``change(name, data)`` gives what becomes of each file."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            for name, data in change(member.name, old.extractfile(member).read()):
                info = tarfile.TarInfo(name)
                info.size = len(data)
                new.addfile(info, io.BytesIO(data))
    return target


@pytest.mark.parametrize("place", ["absent", "empty", "left by a service"])
def test_a_backup_is_restored_where_nothing_is(backup, tmp_path, place):
    new = tmp_path / "new"
    assert occupation(new) is None
    if place != "absent":
        new.mkdir(mode=0o755)
    if place == "left by a service":
        (new / "lock").write_text("1")
        (new / "spool").mkdir()
        (new / "restore-killed" / "blobs").mkdir(parents=True)
    restore_backup(backup, new)
    names = {path.name for path in new.iterdir()}
    assert names == {"blobs", "db.sqlite3", "lock", "owner.token", "tls"}


def test_a_folder_with_a_service_is_kept_and_what_it_holds_is_said(
    home, backup, open_home, ask, tmp_path
):
    other = open_home("other")
    ask(furnish(other.store))
    other.close()
    before = files_below(other.folder)
    with pytest.raises(BackupError) as caught:
        restore_backup(backup, other.folder)
    assert caught.value.message == (
        f"{other.folder} is not empty: it holds 0 jobs, 1 release and 1 user."
    )
    assert "--force replaces what is there, for good" in caught.value.hint
    assert files_below(other.folder) == before


def test_a_folder_with_other_files_is_kept(backup, tmp_path):
    new = tmp_path / "new"
    new.mkdir()
    for name in "abcde":
        (new / name).touch()
    with pytest.raises(BackupError, match="it holds 'a', 'b', 'c' and 2 more"):
        restore_backup(backup, new)
    (new / "db.sqlite3").write_text("no database")
    assert occupation(new) == "a database that can not be read"
    with pytest.raises(BackupError, match="a database that can not be read"):
        restore_backup(backup, new)


def test_with_force_a_backup_takes_the_place_of_another_service(
    home, backup, open_home, ask
):
    before = home.everything()
    other = open_home("other")
    ask(furnish(other.store, "u_c"))
    kept = other.put("another's blob")
    for folder in ("releases/abc", "uploads/abc", "tls"):
        (other.folder / folder).mkdir(parents=True)
        (other.folder / folder / "old").write_text("old")
    (other.folder / "releases" / "abc").chmod(0o500)
    other.close()
    restore_backup(backup, other.folder, force=True)
    names = {path.name for path in other.folder.iterdir()}
    assert names == {"blobs", "db.sqlite3", "lock", "owner.token", "tls"}
    assert [path.name for path in (other.folder / "tls").iterdir()] == ["ca.pem"]
    assert not blob_path(other, kept).exists()
    assert open_home("other").everything() == before


@pytest.mark.parametrize("damaged", ["a blob", "the database"])
def test_with_force_a_backup_mends_the_service_that_it_was_made_of(
    home, backup, open_home, damaged
):
    before = home.everything()
    home.close()
    path = home.folder / "db.sqlite3"
    if damaged == "a blob":
        path = blob_path(home, min(home.blobs.digests()))
    path.write_text("damaged")
    restore_backup(backup, home.folder, force=True)
    again = open_home()
    assert again.everything() == before
    assert make_backup(again.settings, home.folder.parent / "c.tar").blobs == 4


def test_a_folder_that_a_service_uses_is_left_alone(home, backup):
    before = home.everything()
    with (
        data_lock.hold(home.folder),
        pytest.raises(ServiceStartError, match=r"Another service \(process "),
    ):
        restore_backup(backup, home.folder, force=True)
    assert home.everything() == before


def cut(share):
    def damage(source, target):
        data = source.read_bytes()
        target.write_bytes(data[: int(len(data) * share)])

    return damage


def at_member(number):
    """Cut where a file ends, which tar itself takes for the end of the archive."""

    def damage(source, target):
        with tarfile.open(source) as archive:
            offset = archive.getmembers()[number].offset
        target.write_bytes(source.read_bytes()[:offset])

    return damage


def flip(name):
    def damage(source, target):
        with tarfile.open(source) as archive:
            found = next(m for m in archive if m.name.startswith(name))
        data = bytearray(source.read_bytes())
        data[found.offset_data + found.size // 2] ^= 1
        target.write_bytes(data)

    return damage


def changing(change):
    return lambda source, target: rewrite(source, target, change)


def with_extra(name):
    def change(found, data):
        yield found, data
        if found == "backup.json":
            yield name, b"planted"

    return changing(change)


def without(name):
    return changing(lambda found, data: [] if found == name else [(found, data)])


def linked(kind):
    def damage(source, target):
        shutil.copyfile(source, target)
        with tarfile.open(target, "a") as archive:
            info = tarfile.TarInfo("owner.token2")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)

    return damage


def described(**changes):
    def change(name, data):
        if name == "backup.json":
            data = json.dumps({**json.loads(data), **changes}).encode()
        return [(name, data)]

    return changing(change)


DAMAGE = {
    "empty": (cut(0), "is no backup of a service"),
    "no archive": (lambda s, t: t.write_text("x" * 5000), "is no backup of a service"),
    "cut in the database": (cut(0.3), "cut off|incomplete"),
    "cut in a blob": (cut(0.8), "cut off|incomplete"),
    "cut after the description": (at_member(1), r"incomplete: db\.sqlite3 is missing"),
    "cut after the database": (at_member(2), r"incomplete: owner\.token is missing"),
    "cut before the last blob": (at_member(-1), "incomplete: the blob sha256:"),
    "a flipped bit in the database": (flip("db"), r"db\.sqlite3 in the backup is dam"),
    "a flipped bit in a blob": (flip("blobs/"), "in the backup is damaged"),
    "a flipped bit in the token": (flip("owner"), r"owner\.token in the backup is dam"),
    "no description": (without("backup.json"), "is no backup of a service"),
    "a description that is no JSON": (
        changing(lambda n, d: [(n, b"{" if n == "backup.json" else d)]),
        "can not be read",
    ),
    "a description without a field": (described(format=1, jobs=None, more=1), "read"),
    "a newer format": (described(format=2), "has the format 2, this version reads 1"),
    "no database": (without("db.sqlite3"), r"incomplete: db\.sqlite3 is missing"),
    "a stranger": (with_extra("evil.py"), r"'evil\.py' is no part of one"),
    "a way out": (with_extra("tls/../../evil"), "is no part of one"),
    "an absolute path": (with_extra("/tmp/evil"), "is no part of one"),
    "a hidden key": (with_extra("tls/.evil"), "is no part of one"),
    "an undescribed key": (with_extra("tls/evil"), "is no part of one"),
    "a blob in a wrong folder": (with_extra(f"blobs/ab/{'c' * 64}"), "no part of one"),
    "a blob of other bytes": (with_extra(f"blobs/cc/{'c' * 64}"), "is damaged"),
    "a link": (linked(tarfile.SYMTYPE), r"'owner\.token2' is no file"),
    "a device": (linked(tarfile.CHRTYPE), r"'owner\.token2' is no file"),
    "a sparse file": (linked(tarfile.GNUTYPE_SPARSE), "cut off|is no file"),
    "something twice": (
        changing(lambda n, d: [(n, d), (n, d)] if n != "backup.json" else [(n, d)]),
        "is no part of one",
    ),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    home, backup, tmp_path, kind
):
    damage, message = DAMAGE[kind]
    damage(backup, tmp_path / "damaged.tar")
    home.close()
    before = files_below(home.folder)
    with pytest.raises(BackupError, match=message):
        restore_backup(tmp_path / "damaged.tar", home.folder, force=True)
    assert files_below(home.folder) == before
    with pytest.raises(BackupError, match=message):
        restore_backup(tmp_path / "damaged.tar", tmp_path / "new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["lock"]


def with_revision(home, tmp_path, revision):
    path = tmp_path / "other.tar"
    with sqlite3.connect(home.folder / "db.sqlite3") as connection:
        connection.execute("update alembic_version set version_num = ?", [revision])
    connection.close()
    make_backup(home.settings, path)
    return path


def test_a_backup_of_a_newer_version_is_refused(home, tmp_path):
    path = with_revision(home, tmp_path, "9999")
    with pytest.raises(StorageError, match="a newer version has used it") as caught:
        restore_backup(path, tmp_path / "new")
    assert caught.value.hint == "Upgrade qiskit-program-toolkit."
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["lock"]


KILLED = """
import os, signal, sys
from pathlib import Path
from program_runtime.service import backup
def die(part):
    if part > float(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
backup.restore_backup(Path(sys.argv[1]), Path(sys.argv[2]), force=True, on_progress=die)
"""


@pytest.mark.parametrize("part", [0.0, 0.5, 0.9])
def test_a_restore_that_is_killed_has_changed_nothing(
    home, backup, open_home, tmp_path, part
):
    other = open_home("other")
    kept = other.put("another's blob")
    before = other.everything()
    other.close()
    command = [sys.executable, "-c", KILLED, backup, other.folder, str(part)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert list(other.folder.glob("restore-*"))
    again = open_home("other")
    assert again.everything() == before
    assert blob_path(again, kept).exists()
    again.close()
    restore_backup(backup, other.folder, force=True)
    assert open_home("other").everything() == home.everything()


def test_a_place_that_can_not_be_written_is_named(backup, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"can not be restored into .*: Not a dir"):
        restore_backup(backup, tmp_path / "file" / "data")
    with pytest.raises(StorageError, match="No such file"):
        restore_backup(tmp_path / "none.tar", tmp_path / "new")
