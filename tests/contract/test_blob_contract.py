"""What every blob store does."""

import pytest
from contract.store_samples import digest_of

from program_runtime.errors import InvalidValueError, StorageError
from program_runtime.service.domain import NotFoundError
from program_runtime.service.store.blobs import copy_out, put_bytes

HELLO = digest_of("hello")


@pytest.fixture
def spooled(tmp_path):
    def spool(content="hello"):
        path = tmp_path / "spooled"
        path.write_text(content)
        return path

    return spool


def content(blobs, digest):
    with blobs.open(digest) as file:
        return file.read().decode()


def test_a_put_file_can_be_read_and_its_path_is_gone(blobs, spooled):
    path = spooled()
    blobs.put_file(path, HELLO)
    assert content(blobs, HELLO) == "hello"
    assert blobs.exists(HELLO)
    assert not path.exists()


def test_an_empty_file_is_a_blob(blobs, spooled):
    blobs.put_file(spooled(""), digest_of(""))
    assert content(blobs, digest_of("")) == ""


def test_a_put_is_repeated_without_harm_even_when_the_file_is_gone(blobs, spooled):
    path = spooled()
    blobs.put_file(path, HELLO)
    blobs.put_file(path, HELLO)
    blobs.put_file(spooled(), HELLO)
    assert content(blobs, HELLO) == "hello"
    assert list(blobs.digests()) == [HELLO]
    assert not path.exists()


def test_a_file_that_is_not_there_is_a_storage_error(blobs, tmp_path):
    with pytest.raises(StorageError, match=r"could not store the blob.*No such file"):
        blobs.put_file(tmp_path / "absent", HELLO)
    assert not blobs.exists(HELLO)


def test_verifying_refuses_bytes_of_another_digest_and_leaves_the_file(blobs, spooled):
    path = spooled("something else")
    with pytest.raises(InvalidValueError, match=r"expected sha256:2cf24.*got sha256:"):
        blobs.put_file(path, HELLO, verify=True)
    assert path.read_text() == "something else"
    assert not blobs.exists(HELLO)


def test_verifying_takes_the_right_bytes(blobs, spooled):
    blobs.put_file(spooled(), HELLO, verify=True)
    assert content(blobs, HELLO) == "hello"


def test_an_unknown_blob_is_not_found(blobs):
    assert not blobs.exists(HELLO)
    assert not blobs.delete(HELLO)
    with pytest.raises(NotFoundError, match=f"there is no blob {HELLO}") as caught:
        blobs.open(HELLO)
    assert caught.value.kind == "blob"


@pytest.mark.parametrize(
    "digest",
    ["", "hello", "sha256:../../etc/passwd", HELLO.upper(), HELLO + "0", HELLO + "\n"],
)
def test_what_is_no_digest_never_becomes_a_path(blobs, spooled, digest):
    for use in (
        blobs.open,
        blobs.exists,
        blobs.delete,
        lambda bad: blobs.put_file(spooled(), bad),
    ):
        with pytest.raises(InvalidValueError, match="is not a digest: expected sha256"):
            use(digest)


def test_a_deleted_blob_is_gone(blobs, spooled):
    blobs.put_file(spooled(), HELLO)
    assert blobs.delete(HELLO)
    assert not blobs.exists(HELLO)
    assert list(blobs.digests()) == []


def test_young_blobs_are_left_out_and_not_deleted(blobs, spooled, clock):
    blobs.put_file(spooled(), HELLO)
    clock.tick(10)
    assert list(blobs.digests(older_than_s=11)) == []
    assert not blobs.delete(HELLO, older_than_s=11)
    assert list(blobs.digests(older_than_s=10)) == [HELLO]
    assert blobs.delete(HELLO, older_than_s=10)


def test_putting_a_blob_again_makes_it_young(blobs, spooled, clock):
    blobs.put_file(spooled(), HELLO)
    clock.tick(100)
    blobs.put_file(spooled(), HELLO)
    assert not blobs.delete(HELLO, older_than_s=50)


def test_a_clock_that_went_back_makes_nothing_old(blobs, spooled, clock):
    blobs.put_file(spooled(), HELLO)
    clock.tick(-1000)
    assert list(blobs.digests(older_than_s=1)) == []
    assert list(blobs.digests()) == [HELLO]


def test_a_reader_keeps_a_blob_that_is_deleted_meanwhile(blobs, spooled):
    blobs.put_file(spooled(), HELLO)
    with blobs.open(HELLO) as file:
        blobs.delete(HELLO)
        assert file.read() == b"hello"


def test_bytes_go_in_and_out(blobs, tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    assert put_bytes(blobs, b"hello", spool=spool) == HELLO
    assert list(spool.iterdir()) == []
    copy_out(blobs, HELLO, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"hello"


def test_a_copy_out_that_fails_leaves_nothing(blobs, spooled, tmp_path):
    blobs.put_file(spooled(), HELLO)
    with pytest.raises(StorageError, match="could not write"):
        copy_out(blobs, HELLO, tmp_path / "absent" / "out")
    with pytest.raises(NotFoundError):
        copy_out(blobs, digest_of("other"), tmp_path / "out")


def test_bytes_that_can_not_be_spooled_are_a_storage_error(blobs, tmp_path):
    with pytest.raises(StorageError, match="could not store 5 bytes"):
        put_bytes(blobs, b"hello", spool=tmp_path / "absent")
