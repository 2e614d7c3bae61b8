"""What is read of a process, and what of one that is gone."""

import os
import sys

import pytest
from process_scenes import play

from program_runtime.execution import job_memory
from program_runtime.execution.process_reading import (
    ResidentMemory,
    read_memory_share,
    read_resident_memory,
    read_stat,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

NOBODY = 2**22 + 1


def test_a_process_is_told_from_its_parent_and_its_session():
    stat = read_stat(os.getpid())
    assert stat.pid == os.getpid()
    assert stat.parent == os.getppid()
    assert stat.group == os.getpgrp()
    assert stat.session == os.getsid(0)
    assert not stat.ended
    assert not stat.stopped
    assert stat.cpu_s > 0
    assert stat.threads >= 1


def test_no_name_of_a_process_confuses_its_numbers():
    printed = play(
        """
        with open("/proc/self/comm", "w") as file:
            file.write("a) Z 1 (b\\\\n c")
        stat = read_stat(os.getpid())
        print(stat.parent == os.getppid(), stat.ended, stat.threads)
        """
    )
    assert printed == ["True", "False", "1"]


def test_memory_is_told_apart():
    printed = play(
        """
        from program_runtime.execution.process_reading import read_resident_memory
        before = read_resident_memory(os.getpid())
        take(10 * MB)
        shared = mmap.mmap(-1, 20 * MB)
        for place in range(0, 20 * MB, mmap.PAGESIZE):
            shared[place] = 1
        after = read_resident_memory(os.getpid())
        print((after.private_bytes - before.private_bytes) // MB)
        print((after.shared_bytes - before.shared_bytes) // MB)
        """
    )
    assert int(printed[0]) in (9, 10, 11, 12)
    assert printed[1] == "20"


def test_page_tables_are_part_of_a_process_and_of_its_share():
    printed = play(
        """
        from program_runtime.execution.process_reading import (
            read_memory_share, read_resident_memory
        )
        def both():
            share = read_memory_share(os.getpid())
            return share, read_resident_memory(os.getpid()).private_bytes
        before = both()
        empty = mmap.mmap(-1, 20 << 30, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
        empty.madvise(mmap.MADV_NOHUGEPAGE)
        for place in range(0, 20 << 30, 2 << 20):
            empty[place]
        print(*((after - was) // MB for was, after in zip(before, both())))
        """
    )
    share, private = map(int, printed)
    assert 40 <= share <= 45
    assert 40 <= private <= 45


def test_of_a_process_that_is_gone_there_is_nothing():
    assert read_stat(NOBODY) is None
    empty = ResidentMemory(private_bytes=0, shared_bytes=0)
    assert read_resident_memory(NOBODY) == empty
    assert read_memory_share(NOBODY) is None


def test_a_kernel_that_can_not_compare_memories_leaves_two_processes_two(monkeypatch):
    def refuse(*_):
        raise PermissionError

    assert job_memory._has_memory_of(os.getpid(), os.getpid())
    assert not job_memory._has_memory_of(os.getpid(), os.getppid())
    monkeypatch.setattr(job_memory.kernel, "syscall", refuse)
    assert not job_memory._has_memory_of(os.getpid(), os.getpid())
