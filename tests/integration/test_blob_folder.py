"""Blobs on the disk: whole files only, moved or copied."""

import errno
import stat
from pathlib import Path

import pytest
from contract.store_samples import digest_of

from program_runtime.errors import StorageError
from program_runtime.service.store import FolderBlobStore

HELLO = digest_of("hello")


@pytest.fixture
def blobs(tmp_path):
    return FolderBlobStore(tmp_path / "blobs")


@pytest.fixture
def spooled(tmp_path):
    path = tmp_path / "spooled"
    path.write_text("hello")
    return path


def refuse_renames(monkeypatch, *, code, times):
    """Let the first renames of files fail."""
    rename = Path.replace
    left = [times]

    def replace(self, target):
        if left[0]:
            left[0] -= 1
            raise OSError(code, "refused", str(self))
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace)


def files(root):
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_blob_is_a_file_named_by_its_digest(blobs, spooled, tmp_path):
    inode = spooled.stat().st_ino
    blobs.put_file(spooled, HELLO)
    path = tmp_path / "blobs" / "2c" / HELLO.removeprefix("sha256:")
    assert blobs.path(HELLO) == path
    assert path.stat().st_ino == inode
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_of_another_file_system_is_copied(blobs, spooled, monkeypatch):
    refuse_renames(monkeypatch, code=errno.EXDEV, times=1)
    blobs.put_file(spooled, HELLO)
    assert not spooled.exists()
    assert files(blobs.path(HELLO).parent) == [blobs.path(HELLO)]
    assert blobs.path(HELLO).read_text() == "hello"


def test_a_copy_that_fails_leaves_the_file_and_nothing_else(
    blobs, spooled, tmp_path, monkeypatch
):
    refuse_renames(monkeypatch, code=errno.EXDEV, times=2)
    with pytest.raises(StorageError, match="could not store the blob"):
        blobs.put_file(spooled, HELLO)
    assert spooled.read_text() == "hello"
    assert files(tmp_path / "blobs") == []


def test_a_full_disk_is_a_storage_error(blobs, spooled, monkeypatch):
    refuse_renames(monkeypatch, code=errno.ENOSPC, times=1)
    with pytest.raises(StorageError, match="could not store the blob") as caught:
        blobs.put_file(spooled, HELLO)
    assert caught.value.__cause__.errno == errno.ENOSPC
    assert not blobs.exists(HELLO)
    blobs.put_file(spooled, HELLO)
    assert blobs.exists(HELLO)


def test_what_is_no_finished_blob_is_not_listed(blobs, spooled):
    blobs.put_file(spooled, HELLO)
    path = blobs.path(HELLO)
    path.with_name(f"{path.name}.0011.partial").touch()
    (path.parent.parent / "stray").touch()
    assert list(blobs.digests()) == [HELLO]


def test_a_root_that_can_not_be_made_is_a_storage_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="could not make the blob folder"):
        FolderBlobStore(tmp_path / "file" / "blobs")
