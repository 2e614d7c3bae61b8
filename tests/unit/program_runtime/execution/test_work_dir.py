"""A job's folder is removed whatever the program made of it."""

import os

import pytest

from program_runtime.execution.work_dir import make_work_dir, remove_tree


def test_a_new_folder_is_private(tmp_path):
    first, second = make_work_dir(tmp_path), make_work_dir(tmp_path)
    assert first != second
    assert first.stat().st_mode & 0o777 == 0o700


def test_links_are_removed_and_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    job = make_work_dir(tmp_path)
    (job / "folder").mkdir()
    (job / "folder" / "up").symlink_to(outside)
    (job / "up").symlink_to(outside)
    (job / "file").symlink_to(outside / "kept")
    (job / "dangling").symlink_to("nowhere")
    os.link(outside / "kept", job / "hard")
    remove_tree(job)
    assert not job.exists()
    assert (outside / "kept").read_text() == "kept"


def test_a_folder_that_is_a_link_is_refused(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    link = tmp_path / "job"
    link.symlink_to(outside)
    with pytest.raises(OSError, match="job"):
        remove_tree(link)
    assert (outside / "kept").exists()


def test_no_depth_is_too_deep(tmp_path):
    job = make_work_dir(tmp_path)
    here = os.open(job, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("deep", dir_fd=here)
        inner = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    remove_tree(job)
    assert not job.exists()


def test_folders_without_permissions_and_odd_names(tmp_path):
    job = make_work_dir(tmp_path)
    (job / "a" / "b" / "c").mkdir(parents=True)
    (job / "a" / "b" / "c" / "file").touch()
    os.mkfifo(job / "a" / "fifo")
    (job / "new\nline").touch()
    os.close(os.open(os.fsencode(job) + b"/\xff", os.O_CREAT | os.O_WRONLY))
    (job / "a" / "b" / "c").chmod(0)
    (job / "a" / "b").chmod(0)
    (job / "a").chmod(0)
    remove_tree(job)
    assert not job.exists()


def test_nothing_to_remove(tmp_path):
    remove_tree(tmp_path / "never")
    assert list(tmp_path.iterdir()) == []
