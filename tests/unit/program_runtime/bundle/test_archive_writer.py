"""write_bundle: same files, same bytes, complete or not at all."""

import hashlib
import os
import random
import stat
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from program_runtime.bundle import (
    BundleLimits,
    digest_file,
    read_bundle,
    read_file,
    unpack_bundle,
    write_bundle,
)
from program_runtime.errors import BadBundleError

FILES = {
    "program.py": b"def main(backend, user_messenger): ...\n" * 50,
    "program.json": b"{}",
    "data/é.txt": "é".encode(),
    "data/empty": b"",
}

parts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\:"),
    min_size=1,
    max_size=6,
).filter(lambda part: part not in {".", ".."})
file_names = st.lists(parts, min_size=1, max_size=3).map("/".join)
file_sets = st.dictionaries(file_names, st.binary(max_size=200), max_size=6)


def accepted(files, target, **options):
    try:
        return write_bundle(files, target, **options)
    except BadBundleError:
        return None


def test_tells_digest_size_and_sorted_names(tmp_path):
    info = write_bundle(FILES, tmp_path / "out" / "a.zip")
    content = info.path.read_bytes()
    assert info.path == tmp_path / "out" / "a.zip"
    assert info.size == len(content)
    assert info.digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert info.digest == digest_file(info.path)
    assert info.files == ("data/empty", "data/é.txt", "program.json", "program.py")
    assert stat.S_IMODE(info.path.stat().st_mode) == 0o644


@settings(max_examples=40, deadline=None)
@given(files=file_sets)
def test_what_is_written_is_read_back(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    info = accepted(files, folder / "a.zip")
    if info is None:
        return
    assert read_bundle(info.path) == files
    unpack_bundle(info.path, folder / "out")
    found = {
        path.relative_to(folder / "out").as_posix(): path.read_bytes()
        for path in (folder / "out").rglob("*")
        if path.is_file()
    }
    assert found == files


@settings(max_examples=25, deadline=None)
@given(files=file_sets, seed=st.integers())
def test_order_does_not_change_a_byte(files, seed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    shuffled = list(files.items())
    random.Random(seed).shuffle(shuffled)
    one = accepted(files, folder / "a.zip")
    other = accepted(dict(shuffled), folder / "b.zip")
    assert (one is None) == (other is None)
    if one and other:
        assert one.path.read_bytes() == other.path.read_bytes()


def test_times_modes_umask_time_zone_and_place_do_not_change_a_byte(
    tmp_path, monkeypatch
):
    digests = {write_bundle(FILES, tmp_path / "memory.zip").digest}
    for index, (mode, moment, zone) in enumerate(
        [(0o600, 0, "UTC"), (0o755, 1_700_000_000, "Asia/Tokyo"), (0o444, 1e9, "EST5")]
    ):
        folder = tmp_path / f"checkout{index}"
        paths = {}
        for name, content in FILES.items():
            paths[name] = folder / name
            paths[name].parent.mkdir(parents=True, exist_ok=True)
            paths[name].write_bytes(content)
            paths[name].chmod(mode)
            os.utime(paths[name], (moment, moment))
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("LC_ALL", "C" if index else "C.UTF-8")
        time.tzset()
        before = os.umask(0o077 if index else 0)
        try:
            digests.add(write_bundle(paths, tmp_path / f"{index}.zip").digest)
        finally:
            os.umask(before)
    monkeypatch.undo()
    time.tzset()
    assert len(digests) == 1


def test_an_entry_carries_nothing_of_the_machine(tmp_path):
    info = write_bundle(FILES, tmp_path / "a.zip")
    with zipfile.ZipFile(info.path) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.external_attr >> 16 == stat.S_IFREG | 0o644
            assert (entry.create_system, entry.extra, entry.comment) == (3, b"", b"")
            assert entry.compress_type == zipfile.ZIP_STORED


@pytest.mark.parametrize(
    ("names", "wording"),
    [
        (["../x"], "../x: leads out of the bundle with .."),
        (["a/../b"], "a/../b: leads out of the bundle with .."),
        (["/etc/passwd"], "/etc/passwd: is an absolute path"),
        (["C:x"], "C:x: begins with a drive letter"),
        (["a\\b"], "a\\b: holds a backslash; parts are separated by /"),
        (["a//b"], "a//b: is not in its shortest form"),
        (["./a"], "./a: is not in its shortest form"),
        (["a/"], "a/: is not in its shortest form"),
        ([""], "'': has no name"),
        (["a\nb"], "'a\\nb': holds a control character"),
        (["a\ud800"], "'a\\ud800': is no valid text"),
        (["/".join("abcdefghijklmnopq")], "is deeper than 16 folders"),
        (["é" * 128], "has a name of 256 bytes, 255 are allowed"),
        (["a", "A"], "A: differs from a in case or accents only"),
        (["é", "e\u0301"], "differs from "),
        (["lib/a", "Lib/b"], "Lib/b: differs from lib in case or accents only"),
        (["a", "a/b"], "a/b: needs a to be a file and a folder"),
        (["a/b", "a"], "a: needs a to be a file and a folder"),
    ],
)
def test_names_that_no_reader_takes_are_refused(tmp_path, names, wording):
    with pytest.raises(BadBundleError) as caught:
        write_bundle(dict.fromkeys(names, b""), tmp_path / "a.zip")
    assert str(caught.value).startswith("The bundle can not be built:\n")
    assert wording in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_over_the_limit_names_the_limit_and_the_largest_files(tmp_path):
    noise = random.Random(1).randbytes(11 * 1024 * 1024)
    files = {**FILES, "model.bin": noise}
    with pytest.raises(BadBundleError) as caught:
        write_bundle(files, tmp_path / "a.zip")
    text = str(caught.value)
    assert text.startswith("The bundle has 11.0 MiB (11,5")
    assert " bytes), the limit is 10.0 MiB (10,485,760 bytes)." in text
    assert "The largest files are model.bin (11.0 MiB (11,534,336 bytes)), " in text
    assert list(tmp_path.iterdir()) == []


def test_files_over_their_limits_are_refused_before_they_are_read(tmp_path):
    limits = BundleLimits(file_bytes=10, total_bytes=15, files=2)
    with pytest.raises(BadBundleError) as caught:
        write_bundle({"a": b"x" * 11, "b": b"x" * 5}, tmp_path / "a", limits=limits)
    assert [str(problem) for problem in caught.value.problems] == [
        "a: has 11 bytes, 10 bytes are allowed",
        "the bundle: has 16 bytes of files, 15 bytes are allowed",
    ]
    with pytest.raises(BadBundleError, match="has 3 files, 2 are allowed"):
        write_bundle(dict.fromkeys("abc", b""), tmp_path / "a", limits=limits)


def test_a_bundle_that_is_there_survives_a_failure(tmp_path):
    info = write_bundle(FILES, tmp_path / "a.zip")
    with pytest.raises(FileNotFoundError):
        write_bundle({"a": tmp_path / "missing"}, info.path)
    with pytest.raises(BadBundleError):
        write_bundle(FILES, info.path, limits=BundleLimits(archive_bytes=10))
    assert digest_file(info.path) == info.digest
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_one_file_can_be_read(tmp_path):
    info = write_bundle(FILES, tmp_path / "a.zip")
    assert read_file(info.path, "data/é.txt") == "é".encode()
    with pytest.raises(BadBundleError) as caught:
        read_file(info.path, "nothing")
    assert str(caught.value) == "The bundle holds no 'nothing'."


def test_folders_and_devices_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    files = {"a": tmp_path, "b": tmp_path / "pipe"}
    with pytest.raises(BadBundleError) as caught:
        write_bundle(files, tmp_path / "a.zip")
    assert [str(problem) for problem in caught.value.problems] == [
        "a: is no regular file",
        "b: is no regular file",
    ]


def test_the_package_lists_its_names_and_no_others():
    import program_runtime.bundle as package

    assert sorted(dir(package)) == sorted(package.__all__)
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = package.nothing
