"""Zip files from strangers."""

import contextlib
import stat
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import TemplateError
from toolkit.project import template_archive


@pytest.fixture
def make_zip(tmp_path):
    def make(*entries, comment=b""):
        path = tmp_path / "t.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.comment = comment
            for name, content, *mode in entries:
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = (mode[0] if mode else 0o100644) << 16
                archive.writestr(entry, content)
        return path

    return make


def test_files_come_out_as_they_went_in(make_zip, tmp_path):
    path = make_zip(
        ("t/", ""), ("t/b", "2", 0o100755), ("t/a é.txt", "1"), comment=b"of a host"
    )
    files = template_archive.read_archive(path)

    assert files == {"t/a é.txt": (b"1", False), "t/b": (b"2", True)}
    template_archive.unpack(files, tmp_path / "out")
    assert (tmp_path / "out/t/b").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/evil", "a\\..\\evil", "c:/evil", "a/./b", "a//b"],
)
def test_a_name_that_leads_elsewhere_is_refused(make_zip, monkeypatch, tmp_path, name):
    path = make_zip((name, "x"))
    with monkeypatch.context() as off:
        off.setattr(template_archive, "fault", lambda name: None)
        assert name in template_archive.read_archive(path)  # and unpack would write it

    with pytest.raises(TemplateError, match=r"t\.zip holds .*, which"):
        template_archive.read_archive(path)


def test_a_link_is_refused(make_zip):
    path = make_zip(("link", "/etc/passwd", stat.S_IFLNK | 0o777))

    with pytest.raises(TemplateError, match="'link', which is a link or a device"):
        template_archive.read_archive(path)


def test_a_bomb_is_refused_while_it_unpacks(make_zip, monkeypatch):
    monkeypatch.setattr(template_archive, "MOST_BYTES", 2 * 1024 * 1024)
    assert template_archive.read_archive(make_zip(("a", b"\0" * 1024 * 1024)))
    path = make_zip(("a", b"\0" * 1024 * 1024), ("b", b"\0" * 1024 * 1024 + b"\0"))
    assert path.stat().st_size < 10_000

    with pytest.raises(TemplateError, match="unpacks to more than 2097152 bytes"):
        template_archive.read_archive(path)


def test_too_many_files_are_refused(make_zip, monkeypatch):
    monkeypatch.setattr(template_archive, "MOST_FILES", 2)

    with pytest.raises(TemplateError, match="has 3 files, 2 may be"):
        template_archive.read_archive(make_zip(("a", ""), ("b", ""), ("c", "")))


def test_a_file_with_a_password_is_refused(make_zip):
    path = make_zip(("a", "x"))
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)

    with pytest.raises(TemplateError, match="'a', which is encrypted"):
        template_archive.read_archive(path)


@settings(max_examples=40)
@given(st.binary(max_size=100), st.integers(0, 200))
def test_any_bytes_are_files_or_one_error(tmp_path_factory, noise, place):
    packed = template_archive.pack({"a": (b"x" * 50, False), "b/c": (b"", True)})
    path = tmp_path_factory.mktemp("noise") / "t.zip"
    path.write_bytes(packed[:place] + noise + packed[place + len(noise) :])
    with contextlib.suppress(TemplateError):
        template_archive.read_archive(path)


@settings(max_examples=30)
@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,5}(/[a-z]{1,5})?\.x", fullmatch=True),
        st.tuples(st.binary(max_size=50), st.booleans()),
        max_size=5,
    )
)
def test_what_is_packed_is_read_and_packed_the_same(tmp_path_factory, files):
    path = tmp_path_factory.mktemp("packed") / "t.zip"
    path.write_bytes(template_archive.pack(files))

    assert template_archive.read_archive(path) == files
    again = dict(reversed(files.items()))
    assert template_archive.pack(again) == path.read_bytes()
