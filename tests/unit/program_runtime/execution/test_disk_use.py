"""How much of the disk a job takes, whatever it makes of its folder."""

import errno
import os
import stat
import sys
import textwrap

import pytest
from process_scenes import staged

from program_runtime.execution import disk_use, unnamed_files
from program_runtime.execution.disk_use import DEEPEST, DiskUse
from program_runtime.execution.unnamed_files import UnnamedFiles, find_unnamed_files

MB = 1_000_000


def count(folder, *, most_bytes=100 * MB, most_files=1000):
    use = DiskUse(most_bytes=most_bytes, most_files=most_files)
    use.add(folder)
    return use


def test_files_in_all_folders_are_counted(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "one").write_bytes(bytes(MB))
    (inner / "two").write_bytes(bytes(2 * MB))
    use = count(tmp_path)
    assert use.files == 4
    assert 3 * MB <= use.used_bytes < 3.1 * MB
    assert not use.is_over


def test_no_link_is_followed(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (outside / "big").write_bytes(bytes(MB))
    (folder / "to a folder").symlink_to(outside)
    (folder / "to a file").symlink_to(outside / "big")
    (folder / "to itself").symlink_to(folder)
    use = count(folder)
    assert use.files == 3
    assert use.used_bytes < MB
    assert count(folder / "to a folder").files == 0


def test_a_file_with_several_names_takes_room_once(tmp_path):
    (tmp_path / "one").write_bytes(bytes(MB))
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    use = count(tmp_path)
    assert use.files == 2
    assert use.used_bytes < 1.1 * MB


def test_what_a_file_leaves_out_takes_no_room(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(100 * MB)
    assert count(tmp_path).used_bytes < MB


def test_the_count_ends_where_a_limit_does(tmp_path):
    for number in range(20):
        (tmp_path / str(number)).write_bytes(bytes(10_000))
    assert count(tmp_path, most_files=5).files == 6
    use = count(tmp_path, most_bytes=15_000)
    assert use.is_over
    assert use.files < 5


def test_folders_are_looked_into_so_deep(tmp_path):
    deepest = tmp_path.joinpath(*"d" * DEEPEST)
    deepest.mkdir(parents=True)
    assert not count(tmp_path).too_deep
    (deepest / "d").mkdir()
    use = count(tmp_path)
    assert use.too_deep
    assert use.is_over


def test_what_vanishes_or_is_closed_is_passed_over(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "file").touch()
    opened = os.open

    def refuse(path, *arguments, **more):
        if path == "closed":
            raise PermissionError(path)
        return opened(path, *arguments, **more)

    monkeypatch.setattr(disk_use.os, "open", refuse)
    assert count(tmp_path).files == 3
    assert count(tmp_path / "gone").files == 0
    assert count(tmp_path / "open" / "file").files == 0


def test_an_entry_that_vanishes_is_not_counted(tmp_path, monkeypatch):
    class Vanished:
        name = "vanished"

        def stat(self, *, follow_symlinks):
            raise FileNotFoundError(self.name)

    class Entries(list):
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(disk_use.os, "scandir", lambda _: Entries([Vanished()]))
    assert count(tmp_path).files == 0


def test_a_failure_of_the_disk_is_told(tmp_path, monkeypatch):
    def fail(_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(disk_use.os, "scandir", fail)
    with pytest.raises(OSError, match="Input/output error"):
        count(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
class TestUnnamedFiles:
    def test_files_without_a_name_are_found_once(self, tmp_path):
        before = find_unnamed_files([os.getpid()])
        with (tmp_path / "named").open("wb") as named:
            named.write(bytes(MB))
            named.flush()
            assert find_unnamed_files([os.getpid()]) == before
            (tmp_path / "named").unlink()
            twice = os.dup(named.fileno())
            found = find_unnamed_files([os.getpid(), os.getpid()])
            os.close(twice)
        assert MB <= found.disk_bytes - before.disk_bytes < 1.1 * MB
        assert found.memory_bytes == before.memory_bytes

    def test_files_in_memory_are_told_apart(self):
        before = find_unnamed_files([os.getpid()])
        file = os.memfd_create("of a test")
        os.write(file, bytes(MB))
        found = find_unnamed_files([os.getpid()])
        os.close(file)
        assert MB <= found.memory_bytes - before.memory_bytes < 1.1 * MB
        assert found.disk_bytes == before.disk_bytes

    def test_what_is_no_file_is_passed_over(self):
        before = find_unnamed_files([os.getpid()])
        pipe = os.pipe()
        assert stat.S_ISFIFO(os.fstat(pipe[0]).st_mode)
        assert find_unnamed_files([os.getpid()]) == before
        for fd in pipe:
            os.close(fd)

    def test_a_process_that_is_not_ours_to_look_into_is_named(self, monkeypatch):
        listdir = os.listdir

        def refuse(folder):
            if folder.endswith("/fd"):
                raise PermissionError
            return listdir(folder)

        monkeypatch.setattr("os.listdir", refuse)
        mine = os.getpid()
        assert find_unnamed_files([mine]) == UnnamedFiles(hidden=frozenset({mine}))

    def test_a_process_that_waits_to_be_reaped_hides_nothing(self, monkeypatch):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        monkeypatch.setattr(unnamed_files, "_listed", lambda _: None)
        assert find_unnamed_files([pid]) == UnnamedFiles()
        os.waitpid(pid, 0)

    def test_files_are_found_when_the_first_thread_has_ended(self):
        scene = """
        def work():
            kept.append(tempfile.TemporaryFile())
            kept[-1].write(bytes(MB))
            kept[-1].flush()
            hold()

        threading.Thread(target=work).start()
        ctypes.CDLL(None).syscall(EXIT, 0)
        """
        number = {"x86_64": 60, "aarch64": 93}[os.uname().machine]
        scene = textwrap.dedent(scene).replace("EXIT", str(number))
        with staged(f"import tempfile\n{scene}") as pid:
            assert find_unnamed_files([pid]).disk_bytes >= MB

    def test_a_process_that_is_gone_has_none(self):
        assert find_unnamed_files([2**22 + 1]) == UnnamedFiles()

    def test_a_descriptor_that_is_closed_meanwhile_is_passed_over(self, monkeypatch):
        monkeypatch.setattr("os.listdir", lambda _: ["987654"])
        assert find_unnamed_files([os.getpid()]) == UnnamedFiles()
