"""Archives that strangers made: each refused, in words, with nothing written."""

import random
import stat
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from program_runtime.bundle import (
    BundleLimits,
    read_bundle,
    unpack_bundle,
    write_bundle,
)
from program_runtime.errors import BadBundleError

GOOD = {"program.py": b"x = 1\n" * 40, "data/a.txt": b"text"}


def refusal(path, folder=None, **options):
    """Return what is said of an archive; unpacking it leaves nothing behind."""
    target = (folder or path.parent) / "out"
    with pytest.raises(BadBundleError) as caught:
        unpack_bundle(path, target, **options)
    assert not target.exists()
    assert [each for each in target.parent.iterdir() if each.name.startswith(".")] == []
    return str(caught.value)


def raw(path, *entries, method=zipfile.ZIP_DEFLATED):
    """Write an archive that no honest writer would, entry by entry."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content, changes in entries:
            entry = zipfile.ZipInfo("placeholder")
            entry.filename = name
            entry.compress_type = method
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            for attribute, value in changes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, content)
    return path


def swap(path, before, after):
    content = path.read_bytes()
    assert before in content
    path.write_bytes(content.replace(before, after))
    return path


@pytest.mark.parametrize(
    ("name", "wording"),
    [
        ("../evil", "../evil: leads out of the bundle with .."),
        ("a/../../evil", "a/../../evil: leads out of the bundle with .."),
        ("/etc/cron.d/evil", "/etc/cron.d/evil: is an absolute path"),
        ("C:evil", "C:evil: begins with a drive letter"),
        ("C:/evil", "C:/evil: begins with a drive letter"),
        ("..\\evil", "..\\evil: holds a backslash; parts are separated by /"),
        ("a/./b", "a/./b: is not in its shortest form"),
        ("a//b", "a//b: is not in its shortest form"),
        ("a\x1bb", "'a\\x1bb': holds a control character"),
        ("x/" * 16 + "y", "is deeper than 16 folders"),
        ("n" * 256, "has a name of 256 bytes, 255 are allowed"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path, name, wording):
    text = refusal(raw(tmp_path / "a.zip", (name, b"x", {})))
    assert text.startswith("The bundle can not be used:\n  ")
    assert text.endswith(wording)


def test_a_name_cut_by_a_nul_is_refused(tmp_path):
    path = raw(tmp_path / "a.zip", ("program.py#.txt", b"x", {}))
    text = refusal(swap(path, b"program.py#.txt", b"program.py\0.txt"))
    assert text.endswith("'program.py\\x00.txt': holds a control character")


def test_a_name_that_is_nothing_but_a_nul_is_refused(tmp_path):
    path = raw(tmp_path / "a.zip", ("#bc", b"x", {}))
    text = refusal(swap(path, b"#bc", b"\0bc"))
    assert text.endswith("'\\x00bc': holds a control character")


def test_a_name_that_is_no_utf8_is_refused(tmp_path):
    path = raw(tmp_path / "a.zip", ("aé", b"x", {}))
    assert refusal(swap(path, "aé".encode(), b"a\xff\xff")).startswith(
        "The bundle is damaged: "
    )
    path = raw(tmp_path / "a.zip", ("abc", b"x", {}))
    assert refusal(swap(path, b"abc", b"a\xc3\xa9")).endswith(
        "has a name that is not in UTF-8"
    )


@pytest.mark.parametrize(
    ("changes", "wording"),
    [
        ({"external_attr": (stat.S_IFLNK | 0o777) << 16}, "is a link"),
        ({"external_attr": 0x400}, "is a link"),
        (
            {"external_attr": (stat.S_IFCHR | 0o666) << 16},
            "is neither a file nor a folder",
        ),
        (
            {"external_attr": (stat.S_IFIFO | 0o666) << 16},
            "is neither a file nor a folder",
        ),
        (
            {"external_attr": (stat.S_IFDIR | 0o755) << 16},
            "is neither a file nor a folder",
        ),
        (
            {"compress_type": zipfile.ZIP_LZMA},
            "is compressed with method 14, not with deflate",
        ),
        (
            {"compress_type": zipfile.ZIP_BZIP2},
            "is compressed with method 12, not with deflate",
        ),
    ],
)
def test_what_is_no_plain_file_is_refused(tmp_path, changes, wording):
    path = raw(tmp_path / "a.zip", ("a", b"/etc/passwd", changes))
    assert refusal(path) == f"The bundle can not be used:\n  a: {wording}"


def directory_entry(content):
    return content.index(b"PK\x01\x02")


def test_encrypted_entries_are_refused(tmp_path):
    path = raw(tmp_path / "a.zip", ("a", b"x", {}))
    content = bytearray(path.read_bytes())
    content[directory_entry(content) + 8] |= 1
    content[6] |= 1
    path.write_bytes(content)
    assert refusal(path) == "The bundle can not be used:\n  a: is encrypted"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_clashing_names_are_refused_all_at_once(tmp_path):
    names = ["a", "a", "B", "b", "c", "c/d"]
    path = raw(tmp_path / "a.zip", *((name, b"", {}) for name in names))
    assert refusal(path).splitlines()[1:] == [
        "  a: stands twice in the archive",
        "  b: differs from B in case or accents only",
        "  c/d: needs c to be a file and a folder",
    ]


def test_entries_for_folders_are_accepted_and_folders_with_content_are_not(tmp_path):
    folder = {"external_attr": (stat.S_IFDIR | 0o755) << 16 | 0x10}
    path = raw(tmp_path / "a.zip", ("lib/", b"", folder), ("lib/a", b"x", {}))
    unpack_bundle(path, tmp_path / "out")
    assert (tmp_path / "out" / "lib" / "a").read_bytes() == b"x"
    path = raw(tmp_path / "b.zip", ("lib/", b"content", folder))
    assert refusal(path, tmp_path / "x").endswith("lib/: is a folder with content")


def test_bombs_are_refused_by_what_they_claim(tmp_path):
    limits = BundleLimits(file_bytes=1_000, total_bytes=1_500)
    path = raw(tmp_path / "a.zip", ("a", bytes(1_001), {}), ("b", bytes(900), {}))
    assert refusal(path, limits=limits).splitlines()[1:] == [
        "  a: unpacks to 1,001 bytes, 1,000 bytes are allowed",
        "  the bundle: unpacks to 1,901 bytes, 1,500 bytes are allowed",
    ]


@pytest.mark.parametrize("claimed", [10, 2_000_000])
def test_bombs_that_lie_about_their_size_are_counted_while_reading(tmp_path, claimed):
    path = raw(tmp_path / "a.zip", ("a", bytes(1_000_000), {}))
    content = bytearray(path.read_bytes())
    struct.pack_into("<L", content, 22, claimed)
    struct.pack_into("<L", content, directory_entry(content) + 24, claimed)
    path.write_bytes(content)
    text = refusal(path)
    assert text.startswith("The bundle can not be used:\n  a: is damaged: ")


def test_a_local_header_that_contradicts_the_directory_is_refused(tmp_path):
    path = raw(tmp_path / "a.zip", ("aaaa", b"x", {}))
    content = bytearray(path.read_bytes())
    content[30:34] = b"bbbb"
    path.write_bytes(content)
    assert "aaaa: is damaged: File name in directory" in refusal(path)


def test_a_damaged_file_is_refused(tmp_path):
    path = write_bundle({"a": random.Random(1).randbytes(500)}, tmp_path / "a.zip").path
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    path.write_bytes(content)
    assert "a: is damaged: " in refusal(path)


def test_too_many_files_are_refused(tmp_path):
    path = raw(tmp_path / "a.zip", *((f"f{n}", b"", {}) for n in range(2_001)))
    assert refusal(path) == "The bundle has 2,001 files, 2,000 are allowed."


def test_a_directory_longer_than_it_says_is_refused(tmp_path):
    path = raw(tmp_path / "a.zip", *((f"f{n}", b"", {}) for n in range(30)))
    content = bytearray(path.read_bytes())
    struct.pack_into("<HH", content, len(content) - 14, 2, 2)
    path.write_bytes(content)
    assert refusal(path, limits=BundleLimits(files=5)) == (
        "The bundle can not be used:\n  the bundle: has 30 files, 5 are allowed"
    )


def test_eleven_mebibytes_are_refused_with_the_limit(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04" + bytes(11 * 1024 * 1024))
    assert refusal(path) == (
        "The bundle has 11.0 MiB (11,534,340 bytes), "
        "the limit is 10.0 MiB (10,485,760 bytes)."
    )


@pytest.mark.parametrize(
    ("content", "wording"),
    [
        (b"", "The bundle is not a zip archive."),
        (b"hello", "The bundle is not a zip archive."),
        (b"\x1f\x8b" + bytes(100), "The bundle is not a zip archive."),
        (
            b"PK\x03\x04",
            "The bundle is truncated, or something follows the archive.",
        ),
        (
            b"PK\x03\x04" + bytes(100),
            "The bundle is truncated, or something follows the archive.",
        ),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path, content, wording):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    assert refusal(path) == wording


def test_what_lies_around_an_archive_is_refused(tmp_path):
    path = write_bundle(GOOD, tmp_path / "a.zip").path
    good = path.read_bytes()
    path.write_bytes(good + b"\0")
    assert refusal(path) == "The bundle is truncated, or something follows the archive."
    path.write_bytes(good[:-10])
    assert refusal(path) == "The bundle is truncated, or something follows the archive."
    path.write_bytes(b"PK\x03\x04junk" + good)
    assert refusal(path) == ("The bundle is damaged: its directory is not at its end.")
    path.write_bytes(b"#!/bin/sh\n" + good)
    assert refusal(path) == "The bundle is not a zip archive."
    path.write_bytes(good[:-2] + b"\x03\x00abc")
    assert refusal(path) == "The bundle is truncated, or something follows the archive."


def test_an_archive_comment_is_refused(tmp_path):
    path = write_bundle(GOOD, tmp_path / "a.zip").path
    good = path.read_bytes()
    path.write_bytes(good[:-2] + b"\x16\x00" + good[-22:-2] + b"\0\0")
    assert refusal(path) in {
        "The bundle is damaged: its directory is not at its end.",
        "The bundle is truncated, or something follows the archive.",
    }
    path.write_bytes(good[:-2] + b"\x05\x00")
    assert refusal(path) == "The bundle is a part of an archive, or has a comment."


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    path = write_bundle(GOOD, tmp_path / "a.zip").path
    folder = tmp_path / "out"
    folder.mkdir()
    unpack_bundle(path, folder)
    assert (folder / "data" / "a.txt").read_bytes() == b"text"
    (folder / "mine").write_text("kept")
    with pytest.raises(FileExistsError, match="is not empty"):
        unpack_bundle(path, folder)
    assert (folder / "mine").read_text() == "kept"


def test_unpacked_files_have_plain_modes(tmp_path):
    path = raw(
        tmp_path / "a.zip",
        ("bin/run", b"#!", {"external_attr": (stat.S_IFREG | 0o4777) << 16}),
    )
    unpack_bundle(path, tmp_path / "out")
    modes = {
        name: stat.S_IMODE((tmp_path / name).stat().st_mode)
        for name in ("out", "out/bin", "out/bin/run")
    }
    assert modes["out/bin/run"] == 0o644
    assert modes["out"] == 0o755


def test_the_records_of_an_archive_over_4_gib_are_refused(tmp_path):
    # zipfile believes them, whatever the last record says.
    good = write_bundle(GOOD, tmp_path / "a.zip").path.read_bytes()
    start = len(good) - 22
    length, offset = struct.unpack_from("<LL", good, start + 12)
    large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2, 2, length, offset)
    large += struct.pack("<4sLQL", b"PK\6\7", 0, start, 1)
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, 0, 0, 0, len(good[:start] + large), 0
    )
    path = tmp_path / "b.zip"
    path.write_bytes(good[:start] + large + end)
    assert refusal(path) == "The bundle has the form of an archive over 4 GiB."


def test_files_that_share_their_bytes_are_refused(tmp_path):
    path = raw(tmp_path / "a.zip", ("a", bytes(50_000), {}), ("b", b"x", {}))
    content = bytearray(path.read_bytes())
    second = content.index(b"PK\1\2", directory_entry(content) + 1)
    struct.pack_into("<L", content, second + 20, len(content))
    path.write_bytes(content)
    assert "overlap" in refusal(path).lower()


def test_an_archive_wrong_all_over_is_answered_in_a_few_lines(tmp_path):
    path = raw(tmp_path / "a.zip", *((f"../{n}", b"", {}) for n in range(500)))
    lines = refusal(path).splitlines()
    assert len(lines) == 52
    assert lines[-1] == "  ...: there are more problems, these are the first 50"


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_damaged_archive_is_refused_or_holds_the_same(data, tmp_path_factory):
    path = write_bundle(GOOD, tmp_path_factory.mktemp("bundle") / "a.zip").path
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(
            st.integers(0, 255)
        )
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] or content)
    try:
        found = read_bundle(path)
    except BadBundleError:
        return
    # Only names may have become others: each content has its checksum.
    assert set(found.values()) <= set(GOOD.values())


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=100))
def test_any_bytes_are_refused(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "a.zip"
    path.write_bytes(content)
    with pytest.raises(BadBundleError):
        read_bundle(path)
