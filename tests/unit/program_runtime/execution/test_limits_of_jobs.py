"""Limits that the kernel keeps: a program meets an exception, its job a named failure."""

import errno
import subprocess
import sys
import textwrap
from pathlib import Path

import ordinary_user
import pytest

from program_runtime.execution import Limits
from program_runtime.execution.child.exhaustion import exhausted

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what Linux keeps")

PRELUDE = """
import ctypes, errno, mmap, os, resource, socket, subprocess, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from program_runtime.execution import Limits
from program_runtime.execution.child.exhaustion import exhausted

MB = 1_000_000

def allow(kind, number):
    resource.setrlimit(kind, (number, number))

def report(limits):
    try:
        main()
    except BaseException as error:
        failure = exhausted(error, limits, root=Path("<string>"), work_dir=os.getcwd())
        print(None if failure is None else f"{failure.code}|{failure.message}")
        sys.stdout.flush()
    os._exit(0)
"""

ALONE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc")
OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")


def can(*command):
    words = ordinary_user.command_as("ordinary", *command, "true")
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


needs_namespaces = pytest.mark.skipif(
    sys.platform != "linux" or not can(*ALONE), reason="needs user namespaces"
)


def meet(program, limits, folder, *, within=()):
    """Run a program to its exception; code and message of its failure."""
    script = "\n".join([PRELUDE, textwrap.dedent(program), f"report(Limits({limits}))"])
    command = [*within, sys.executable, "-c", script]
    if within:  # to root the kernel does not keep a number of processes
        command = ordinary_user.command_as("ordinary", *command)
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=None if within else folder,
        timeout=60,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr
    code, _, message = done.stdout.strip().partition("|")
    return code, message


OWN_DISK = """
own = os.path.join(os.environ["HOME"], "own")
os.mkdir(own)
options = b"size=1m,nr_inodes=11"
if ctypes.CDLL(None).mount(b"tmpfs", own.encode(), b"tmpfs", 0, options):
    raise OSError("mount")
os.chdir(own)
"""


@needs_namespaces
def test_a_full_disk_of_the_jobs_own(tmp_path):
    program = OWN_DISK + "def main(): Path('big').write_bytes(bytes(2 * MB))"
    failure = meet(program, "disk_bytes=2**20", tmp_path, within=OWN_MOUNTS)
    assert failure == (
        "disk",
        (
            "The program's files take 1.0 MiB (1,048,576 bytes) of disk, the limit is "
            "1.0 MiB (1,048,576 bytes): OSError: [Errno 28] No space left on device"
        ),
    )


@needs_namespaces
def test_a_disk_of_the_jobs_own_without_room_for_files(tmp_path):
    program = OWN_DISK + (
        "def main():\n    for number in range(11): Path(str(number)).touch()"
    )
    failure = meet(
        program, "disk_bytes=2**20, disk_files=10", tmp_path, within=OWN_MOUNTS
    )
    assert failure == (
        "files",
        (
            "The program keeps 10 files and folders, the limit is 10: "
            "OSError: [Errno 28] No space left on device: '10'"
        ),
    )


def test_a_full_disk_that_is_not_the_jobs_own_is_told_apart(tmp_path):
    program = "def main(): Path('/dev/full').write_bytes(b'1')"
    assert meet(program, "disk_bytes=2**20", tmp_path) == (
        "disk",
        (
            "No room is left on the disk that the program's files are on: "
            "OSError: [Errno 28] No space left on device"
        ),
    )


def test_a_file_that_grows_too_large(tmp_path):
    program = """
    def main():
        allow(resource.RLIMIT_FSIZE, 2000)
        Path("big").write_bytes(bytes(4000))
    """
    assert meet(program, "file_bytes=2000", tmp_path) == (
        "disk",
        (
            "A file of the program reached 2,000 bytes, the limit of one file: "
            "OSError: [Errno 27] File too large"
        ),
    )
    assert meet(program, "file_bytes=None", tmp_path) == ("None", "")


@pytest.mark.parametrize(
    ("take", "said"),
    [
        ("bytearray(400 * MB)", "MemoryError"),
        (
            "mmap.mmap(-1, 400 * MB, mmap.MAP_PRIVATE)",
            "OSError: [Errno 12] Cannot allocate memory",
        ),
    ],
    ids=["bytearray", "mmap"],
)
def test_memory_of_one_process(take, said, tmp_path):
    program = f"""
    def main():
        allow(resource.RLIMIT_DATA, 200 * MB)
        {take}
    """
    code, message = meet(program, "memory_bytes=200 * MB", tmp_path)
    assert code == "memory"
    assert message.startswith("The program ran out of memory with up to ")
    assert message.endswith(
        f" in use, the limit is 190.7 MiB (200,000,000 bytes): {said}"
    )
    code, message = meet(program, "", tmp_path)
    assert (code, message) == ("memory", f"The program ran out of memory: {said}")


FEW = "allow(resource.RLIMIT_NPROC, 13)\n"


@needs_namespaces
@pytest.mark.parametrize(
    "program",
    [
        """
        def main():
            while os.fork():
                pass
            time.sleep(60)
        """,
        """
        def main():
            running = [subprocess.Popen(["sleep", "60"]) for _ in range(20)]
        """,
        """
        def main():
            running = []
            try:
                for _ in range(20):
                    running.append(subprocess.Popen(["sleep", "60"]))
            finally:  # so that nobody can be counted any more
                for process in running:
                    process.kill()
                    process.wait()
        """,
        """
        def main():
            with get_context("fork").Pool(20):
                pass
        """,
        """
        def main():
            with get_context("spawn").Pool(20):
                pass
        """,
    ],
    ids=["fork", "subprocess", "ended subprocesses", "forking pool", "spawning pool"],
)
def test_as_many_processes_as_are_allowed(program, tmp_path):
    program = f"{FEW}{textwrap.dedent(program)}"
    assert meet(program, "processes=12", tmp_path, within=ALONE) == (
        "processes",
        (
            "The program had 12 processes and threads, the limit is 12: "
            "BlockingIOError: [Errno 11] Resource temporarily unavailable"
        ),
    )


THREADS = """
def main():
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda _: time.sleep(0.05), range(40)))
"""


@needs_namespaces
def test_as_many_threads_as_are_allowed(tmp_path):
    assert meet(FEW + THREADS, "processes=12", tmp_path, within=ALONE) == (
        "processes",
        (
            "The program had 12 processes and threads, the limit is 12: "
            "RuntimeError: can't start new thread"
        ),
    )


def test_threads_whose_stacks_have_no_room(tmp_path):
    program = f"""
threading.stack_size(2**23)
allow(resource.RLIMIT_DATA, 150 * MB)
{THREADS}
"""
    code, message = meet(program, "memory_bytes=150 * MB", tmp_path)
    assert code == "memory"
    assert message.endswith(
        "the limit is 143.1 MiB (150,000,000 bytes): "
        "RuntimeError: can't start new thread"
    )


def test_stacks_without_a_limit_of_their_own_are_taken_to_be_usual(tmp_path):
    program = f"allow(resource.RLIMIT_STACK, -1)\nallow(resource.RLIMIT_DATA, 150 * MB)\n{THREADS}"
    code, _ = meet(program, "memory_bytes=150 * MB", tmp_path)
    assert code == "memory"


WAITING = """
def main():
    first, second = socket.socketpair()
    first.setblocking(False)
    first.recv(1)
"""


@needs_namespaces
def test_what_is_not_there_yet_is_no_limit(tmp_path):
    assert meet(WAITING, "processes=1", tmp_path) == ("None", "")
    found = meet(FEW + WAITING, "processes=12", tmp_path, within=ALONE)
    assert found == ("None", "")


def explain(error, **limits):
    failure = exhausted(
        error, Limits(**limits), root=Path(__file__).parent, work_dir="/proc"
    )
    return failure and failure.code


def raised(error, cause=None):
    try:
        raise error from cause  # noqa: TRY301
    except BaseException as caught:  # noqa: BLE001
        return caught


@pytest.mark.parametrize(
    "error",
    [
        ValueError("can't start new thread"),
        RuntimeError("something else"),
        OSError("no number"),
        OSError(errno.EACCES, "Permission denied"),
        SystemExit(1),
    ],
    ids=repr,
)
def test_other_exceptions_are_no_limit(error):
    assert explain(raised(error)) is None


def test_what_it_was_raised_from_counts():
    full = OSError(errno.EDQUOT, "Disk quota exceeded")
    failure = exhausted(
        raised(ValueError("nothing written"), full),
        Limits(),
        root=Path(__file__).parent,
        work_dir=".",
    )
    assert failure.code == "disk"
    assert failure.message.endswith(
        f": OSError: [Errno {errno.EDQUOT}] Disk quota exceeded"
    )
    assert "in raised\n" in failure.traceback
    assert failure.traceback.endswith("ValueError: nothing written\n")


def test_what_it_was_raised_after_does_not_count():
    error = ValueError()
    error.__context__ = MemoryError()
    assert explain(error) is None


def test_a_ring_of_causes_comes_to_an_end():
    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first
    assert explain(first) is None


class LyingError(OSError):
    @property
    def errno(self):
        raise RuntimeError


class HostileError(RuntimeError):
    def __str__(self):
        raise SystemExit


@pytest.mark.parametrize("error", [LyingError(), HostileError()], ids=["errno", "str"])
def test_a_hostile_exception_is_no_limit(error):
    assert explain(error) is None
