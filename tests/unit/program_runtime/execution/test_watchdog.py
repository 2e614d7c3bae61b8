"""Limits of all processes of a job together: what the kernel lets pass is seen."""

import asyncio
import dataclasses
import errno
import logging
import os
import sys
import threading

import pytest
from process_scenes import staged

from program_runtime.execution import Limits, watchdog
from program_runtime.execution.unnamed_files import UnnamedFiles
from program_runtime.execution.watchdog import Watchdog

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

MB = 1_000_000

FENCED = """
# What the kernel keeps: no process may have more data than this.
resource.setrlimit(resource.RLIMIT_DATA, (200 * MB, 200 * MB))
"""

CHILDREN = f"""
{FENCED}
for _ in range(6):
    fork_and_wait(take, 40 * MB)
"""


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(watchdog, "_SHORTEST_PAUSE_S", 0.01)
    monkeypatch.setattr(watchdog, "_LONGEST_PAUSE_S", 0.02)
    monkeypatch.setattr(watchdog, "_FILES_PAUSE_S", 0.02)


class Looks:
    """Counts the looks at processes, files, and exactly at memory."""

    def __init__(self, monkeypatch):
        self.counts = {"survey": 0, "look": 0, "measure": 0}
        self._count(monkeypatch, watchdog, "survey")
        self._count(monkeypatch, watchdog.job_files, "look")
        self._count(monkeypatch, watchdog.job_memory, "measure")

    def _count(self, monkeypatch, module, name):
        function = getattr(module, name)

        def counted(*arguments, **more):
            try:
                return function(*arguments, **more)
            finally:
                self.counts[name] += 1

        monkeypatch.setattr(module, name, counted)

    def at_least(self, **counts):
        return all(self.counts[name] >= count for name, count in counts.items())


@pytest.fixture
def looks(monkeypatch):
    return Looks(monkeypatch)


def watch(pid, *, folder=None, may_hide=True, enough=lambda: False, **limits):
    """Watch until a limit is passed or enough was seen; the failures and the usage."""
    verdicts = []

    async def until_ended():
        dog = Watchdog(
            pid,
            Limits(**limits),
            on_excess=verdicts.append,
            folder=folder,
            may_hide=may_hide,
        )
        dog.start()
        async with asyncio.timeout(30):
            while not verdicts and not enough():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        dog.stop()
        return dog.usage

    usage = asyncio.run(until_ended())
    return [(verdict.code, verdict.message) for verdict in verdicts], usage


def assert_over_memory(failures, limit, *, at_least):
    ((code, message),) = failures
    assert code == "memory"
    assert message.startswith("The program's processes used ")
    assert message.endswith(f" of memory, the limit is {limit}.")
    used = message.split("(")[1].split(" bytes)")[0]
    assert int(used.replace(",", "")) >= at_least


def test_many_processes_pass_the_kernels_limit_but_not_the_jobs():
    with staged(CHILDREN) as pid:  # it was seen to have what it wants
        failures, usage = watch(pid, memory_bytes=200 * MB)
    assert_over_memory(failures, "190.7 MiB (200,000,000 bytes)", at_least=200 * MB)
    assert usage.peak_memory_bytes > 200 * MB


def test_what_they_have_is_allowed_up_to_the_limit(looks):
    with staged(CHILDREN) as pid:
        failures, usage = watch(
            pid, memory_bytes=400 * MB, enough=lambda: looks.at_least(survey=3)
        )
    assert failures == []
    assert 240 * MB < usage.peak_memory_bytes < 400 * MB


@pytest.mark.parametrize("file", ["-1", "os.memfd_create('m')"], ids=["none", "memfd"])
def test_shared_memory_passes_the_kernels_limit_but_not_the_jobs(file):
    scene = f"""
resource.setrlimit(resource.RLIMIT_DATA, (100 * MB, 100 * MB))

def share():
    file = {file}
    if file >= 0:
        os.ftruncate(file, 150 * MB)
    shared = mmap.mmap(file, 150 * MB)
    kept.append(shared)
    for place in range(0, 150 * MB, mmap.PAGESIZE):
        shared[place] = 1

fork_and_wait(share)
"""
    with staged(scene) as pid:
        failures, _ = watch(pid, memory_bytes=100 * MB)
    assert_over_memory(failures, "95.4 MiB (100,000,000 bytes)", at_least=100 * MB)


def test_what_sockets_can_hold_counts():
    scene = """
import socket
kept += [socket.socketpair() for _ in range(200)]
"""
    with staged(scene) as pid:
        failures, _ = watch(pid, memory_bytes=60 * MB)
    assert_over_memory(failures, "57.2 MiB (60,000,000 bytes)", at_least=80 * MB)


@pytest.mark.parametrize("may_hide", [True, False])
def test_who_lets_nobody_look_into_it_is_over_the_limit(looks, monkeypatch, may_hide):
    def nothing_seen(pids):
        return UnnamedFiles(hidden=frozenset(pids))

    monkeypatch.setattr(watchdog.job_files, "find_unnamed_files", nothing_seen)
    with staged("fork(nothing)") as pid:
        failures, _ = watch(
            pid,
            memory_bytes=10**12,
            may_hide=may_hide,
            enough=lambda: looks.at_least(look=3),
        )
    message = (
        "A process of the program lets nobody look into it, "
        "so the files that it has open can not be counted."
    )
    assert failures == ([] if may_hide else [("files", message)])


def test_memory_that_no_process_has_mapped_counts():
    scene = """
def write():
    file = os.memfd_create("m")
    for _ in range(150):
        os.write(file, bytes(MB))

fork_and_wait(write)
"""
    with staged(scene) as pid:
        failures, _ = watch(pid, memory_bytes=100 * MB)
    assert_over_memory(failures, "95.4 MiB (100,000,000 bytes)", at_least=150 * MB)


def test_what_processes_share_counts_once(looks):
    scene = """
def parent():
    take(60 * MB)
    for _ in range(4):
        fork_and_wait(nothing)

fork_and_wait(parent)
"""
    with staged(scene) as pid:
        failures, usage = watch(
            pid, memory_bytes=150 * MB, enough=lambda: looks.at_least(measure=2)
        )
    assert failures == []  # a glance saw 300 MB, so it was measured
    assert 60 * MB < usage.peak_memory_bytes < 100 * MB


def test_what_they_no_longer_share_counts_again():
    scene = """
def parent():
    take(60 * MB)
    for _ in range(4):
        fork_and_wait(change)

def change():
    for place in range(0, 60 * MB, mmap.PAGESIZE):
        kept[0][place] = 1

fork_and_wait(parent)
"""
    with staged(scene) as pid:
        failures, _ = watch(pid, memory_bytes=150 * MB)
    assert_over_memory(failures, "143.1 MiB (150,000,000 bytes)", at_least=150 * MB)


# As a subprocess is made: until it is a program of its own, it lives in the memory of
# the process that made it, which waits.
IN_ONE_MEMORY = """
from program_runtime.execution.confinement import kernel
CLONE_VM, CLONE_VFORK = 0x100, 0x4000

def parent():
    take(60 * MB)
    kernel.clone(CLONE_VM | CLONE_VFORK, signal.SIGCHLD)
    signal.pause()

fork(parent)
until(lambda: len(descendants(os.getpid())) == 2)
"""


def test_two_processes_in_one_memory_count_once(looks, monkeypatch):
    with staged(IN_ONE_MEMORY) as pid:
        failures, _ = watch(
            pid, memory_bytes=100 * MB, enough=lambda: looks.at_least(measure=2)
        )
        assert failures == []
        monkeypatch.setattr(watchdog.job_memory, "_has_memory_of", lambda *_: False)
        failures, _ = watch(pid, memory_bytes=100 * MB)
    assert_over_memory(failures, "95.4 MiB (100,000,000 bytes)", at_least=100 * MB)


def test_a_process_that_ended_its_first_thread_hides_no_memory():
    scene = """
def end_first_thread():
    exit_thread = {"x86_64": 60, "aarch64": 93}[os.uname().machine]
    threading.Thread(target=take_and_wait).start()
    ctypes.CDLL(None).syscall(ctypes.c_long(exit_thread), 0)

def take_and_wait():
    take(60 * MB)
    os.write(writing, b"+")
    time.sleep(60)

reading, writing = os.pipe()
pid = fork(end_first_thread)
os.read(reading, 1)
until(lambda: b") Z" in open(f"/proc/{pid}/stat", "rb").read())
"""
    with staged(scene) as pid:
        failures, _ = watch(pid, memory_bytes=50 * MB)
    assert_over_memory(failures, "47.7 MiB (50,000,000 bytes)", at_least=50 * MB)


class TestMemoryThatIsNotOursToRead:
    """As of a process that hides it: what everybody may know has to do."""

    @pytest.fixture(autouse=True)
    def hidden(self, monkeypatch):
        monkeypatch.setattr(watchdog.job_memory, "read_memory_share", lambda _: None)

    # The job's first process has 60 MB, as if it were forked from a large one.
    FIRST = "take(60 * MB)\n"

    def test_what_was_there_before_the_job_does_not_count(self, looks):
        scene = self.FIRST + "for _ in range(4):\n    fork_and_wait(nothing)"
        with staged(scene) as pid:
            failures, _ = watch(
                pid, memory_bytes=150 * MB, enough=lambda: looks.at_least(measure=2)
            )
        assert failures == []

    def test_what_a_process_wrote_to_counts(self):
        scene = f"""
{self.FIRST}
def change():
    for place in range(0, 60 * MB, mmap.PAGESIZE):
        kept[0][place] = 1

for _ in range(4):
    fork_and_wait(change)
"""
        with staged(scene) as pid:
            failures, _ = watch(pid, memory_bytes=150 * MB)
        assert_over_memory(failures, "143.1 MiB (150,000,000 bytes)", at_least=150 * MB)

    def test_what_a_process_takes_counts(self):
        with staged(self.FIRST + "fork_and_wait(take, 60 * MB)") as pid:
            failures, _ = watch(pid, memory_bytes=50 * MB)
        assert_over_memory(failures, "47.7 MiB (50,000,000 bytes)", at_least=60 * MB)


def test_without_a_limit_memory_is_not_looked_at(looks):
    with staged(CHILDREN) as pid:
        failures, usage = watch(pid, enough=lambda: looks.at_least(survey=3))
    assert failures == []
    assert usage.peak_memory_bytes == 0
    assert looks.counts["look"] == 0


def test_processes_and_threads_are_counted_together():
    scene = """
def work():
    for _ in range(4):
        threading.Thread(target=time.sleep, args=[60], daemon=True).start()

for _ in range(2):
    fork_and_wait(work)
"""
    with staged(scene) as pid:
        failures, _ = watch(pid, processes=9)
    message = "The program had 10 processes and threads, the limit is 9."
    assert failures == [("processes", message)]


def test_processes_that_nobody_waits_for_count_as_long_as_they_have_an_id():
    scene = """
for _ in range(9):
    if os.fork() == 0:
        os._exit(0)
"""
    with staged(scene) as pid:
        failures, _ = watch(pid, processes=8)
    message = "The program had 9 processes and threads, the limit is 8."
    assert failures == [("processes", message)]


def test_as_many_processes_as_are_allowed_may_run(looks):
    with staged("for _ in range(3):\n    fork(nothing)") as pid:
        failures, _ = watch(pid, processes=3, enough=lambda: looks.at_least(survey=3))
    assert failures == []


WORK = """
# What the kernel keeps: no process may work longer than this.
resource.setrlimit(resource.RLIMIT_CPU, (1, 1))

def work():
    while time.process_time() < 0.15:
        pass

for _ in range(3):
    fork_and_wait(work)
"""


def test_processor_time_of_many_passes_the_kernels_limit_but_not_the_jobs():
    scene = f"print('ready', flush=True)\n{WORK}"
    with staged(scene) as pid:
        failures, usage = watch(pid, cpu_time_s=0.3)
    ((code, message),) = failures
    assert code == "cpu_time"
    assert message.startswith("The program used 0.")
    assert message.endswith(" s of processor time, the limit is 0.3 s.")
    assert usage.cpu_s > 0.3


def test_processor_time_from_before_the_job_does_not_count(looks):
    with staged(WORK) as pid:
        failures, usage = watch(
            pid, cpu_time_s=0.3, enough=lambda: looks.at_least(survey=3)
        )
    assert failures == []
    assert usage.cpu_s < 0.3


def test_the_folder_and_files_without_a_name_take_disk_together(tmp_path):
    scene = f"""
def write():
    file = os.open({str(tmp_path)!r}, os.O_TMPFILE | os.O_RDWR)
    os.write(file, bytes(MB))

fork_and_wait(write)
"""
    (tmp_path / "named").write_bytes(bytes(MB))
    with staged(scene) as pid:
        failures, _ = watch(pid, folder=tmp_path, disk_bytes=MB + MB // 2)
    ((code, message),) = failures
    assert code == "disk"
    assert message.startswith("The program's files take 1.9 MiB (2,0")
    assert message.endswith(" bytes) of disk, the limit is 1.4 MiB (1,500,000 bytes).")


def test_files_and_folders_are_counted(tmp_path, looks):
    for number in range(5):
        (tmp_path / str(number)).mkdir()
    with staged("") as pid:
        failures, _ = watch(
            pid, folder=tmp_path, disk_files=5, enough=lambda: looks.at_least(look=3)
        )
        assert failures == []
        failures, _ = watch(pid, folder=tmp_path, disk_files=4)
    message = "The program keeps 5 files and folders, the limit is 4."
    assert failures == [("files", message)]


def test_folders_too_deep_to_be_counted_end_the_job(tmp_path):
    deep = tmp_path.joinpath(*"d" * 66)
    deep.mkdir(parents=True)
    with staged("") as pid:
        failures, _ = watch(pid, folder=tmp_path)
    message = (
        "The program's folders are more than 64 deep inside each other, "
        "so its files can not be counted."
    )
    assert failures == [("files", message)]


class TestItsOwnLife:
    def test_a_job_shorter_than_the_first_pause_costs_nothing(self, looks):
        async def short():
            dog = Watchdog(os.getpid(), Limits(memory_bytes=1), on_excess=None)
            dog.start()
            dog.stop()
            dog.stop()
            await asyncio.sleep(0.05)

        asyncio.run(short())
        assert looks.counts == {"survey": 0, "look": 0, "measure": 0}

    def test_it_may_be_stopped_while_it_measures(self, monkeypatch):
        began, goes_on, ended = threading.Event(), threading.Event(), threading.Event()
        verdicts = []

        def measure(*_, **__):
            began.set()
            goes_on.wait(20)
            ended.set()
            return 100

        monkeypatch.setattr(watchdog.job_memory, "measure", measure)

        async def stop_early():
            limits = Limits(memory_bytes=1)
            dog = Watchdog(os.getpid(), limits, on_excess=verdicts.append)
            dog.start()
            await asyncio.to_thread(began.wait, 20)
            dog.stop()

        asyncio.run(stop_early())  # the loop is closed now, and must not be told
        goes_on.set()
        assert ended.wait(20)
        assert verdicts == []

    def test_a_process_that_has_ended_is_left_alone(self, looks):
        with staged("") as pid:
            pass
        failures, _ = watch(pid, processes=0, enough=lambda: looks.at_least(survey=1))
        assert failures == []
        assert looks.counts["survey"] == 1

    def test_a_process_that_got_its_id_is_left_alone(self, looks, monkeypatch):
        survey = watchdog.survey

        def given_away(pid):
            first, *others = survey(pid)
            started = first.started + looks.counts["survey"] // 3
            return [dataclasses.replace(first, started=started), *others]

        monkeypatch.setattr(watchdog, "survey", given_away)
        with staged("") as pid:
            watch(pid, enough=lambda: looks.at_least(survey=3))
            watch(pid, enough=lambda: looks.at_least(survey=4))
        assert looks.counts["survey"] == 4

    def test_it_looks_again_when_it_had_no_descriptor(self, monkeypatch, caplog, looks):
        survey, look = watchdog.survey, watchdog.job_files.look
        measure = watchdog.job_memory.measure
        attempts = []

        def fail_twice(function, name):
            def failing(*arguments, **more):
                attempts.append(name)
                if attempts.count(name) <= 2:
                    raise OSError(errno.EMFILE, "Too many open files")
                return function(*arguments, **more)

            return failing

        monkeypatch.setattr(watchdog, "survey", fail_twice(survey, "survey"))
        monkeypatch.setattr(watchdog.job_files, "look", fail_twice(look, "look"))
        monkeypatch.setattr(
            watchdog.job_memory, "measure", fail_twice(measure, "measure")
        )
        with caplog.at_level(logging.WARNING), staged("take(10 * MB)") as pid:
            watch(pid, memory_bytes=10**12, enough=lambda: attempts.count("look") > 2)
            failures, _ = watch(pid, memory_bytes=10 * MB)
        assert_over_memory(failures, "9.5 MiB (10,000,000 bytes)", at_least=10 * MB)
        assert [record.message for record in caplog.records] == [
            f"Process {pid} is not watched: [Errno 24] Too many open files"
        ] * 2  # one of each watchdog
