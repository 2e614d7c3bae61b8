"""What a child is sent of a release."""

import errno
import os

import pytest

from program_runtime.execution.hand_over import program_files


def test_all_regular_files_are_named_as_in_the_release(tmp_path):
    (tmp_path / "parts" / "deep").mkdir(parents=True)
    for name in ("program.py", "parts/a.py", "parts/deep/b.json"):
        (tmp_path / name).write_text(name)
    found = program_files(tmp_path)
    assert sorted(found) == ["parts/a.py", "parts/deep/b.json", "program.py"]
    assert all(path.read_text() == name for name, path in found.items())


def test_links_are_left_out(tmp_path):
    (tmp_path / "release").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "token").write_text("t")
    (tmp_path / "release" / "token").symlink_to(tmp_path / "secrets" / "token")
    (tmp_path / "release" / "folder").symlink_to(tmp_path / "secrets")
    assert program_files(tmp_path / "release") == {}


def test_a_folder_that_can_not_be_read_is_an_error_and_no_empty_program(
    tmp_path, monkeypatch
):
    (tmp_path / "program.py").write_text("")

    def none_left(_path):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "scandir", none_left)
    with pytest.raises(OSError, match="Too many open files"):
        program_files(tmp_path)
