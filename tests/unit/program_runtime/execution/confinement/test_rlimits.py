"""What the kernel counts for one process, and for one user."""

import resource
import subprocess
import sys

import pytest
from confined_process import ALL, attempt

from program_runtime.execution import Limits
from program_runtime.execution.confinement import rlimits

IMPORTS = (
    "import ctypes, json, os, resource, threading\n"
    "from program_runtime.execution import Limits\n"
    "from program_runtime.execution.confinement import rlimits\n"
)
KINDS = {
    name: getattr(resource, f"RLIMIT_{name}")
    for name in ("CORE", "CPU", "DATA", "FSIZE", "NOFILE", "NPROC")
}


def limits_after(statement):
    """Both limits of every kind, in a process that ran the statement."""
    script = f"{IMPORTS}{statement}\nprint([resource.getrlimit(k) for k in {list(KINDS.values())}])"
    return dict(zip(KINDS, eval(run(script)), strict=True))


def run(script):
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_crash_leaves_no_core_file():
    assert limits_after("rlimits.set_fixed_rlimits()")["CORE"] == (0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="others count it differently")
def test_no_memory_is_locked_and_no_message_waits(user):
    piece = """
    from program_runtime.execution.confinement import rlimits
    libc = ctypes.CDLL(None)
    page = ctypes.create_string_buffer(4096)
    def tries():
        queue = libc.mq_open(b"/canary", os.O_CREAT | os.O_RDWR, 0o600, None)
        libc.mq_unlink(b"/canary")
        return [libc.mlock(page, 4096) == 0, queue >= 0]
    found = [tries(), rlimits.set_fixed_rlimits(), tries()]
    """
    _, inside = attempt(user, piece, without=None)
    assert inside == [[True, True], None, [False, False]]


def test_a_system_without_such_a_limit_needs_none(monkeypatch):
    changed = []
    monkeypatch.setattr(resource, "setrlimit", lambda kind, both: changed.append(both))
    for name in ("RLIMIT_MSGQUEUE", "RLIMIT_MEMLOCK"):
        monkeypatch.delattr(resource, name, raising=False)
    rlimits.set_fixed_rlimits()
    assert changed == [(0, 0)]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted differently")
def test_the_limits_of_a_job_hold_for_its_process():
    found = limits_after(
        "rlimits.set_rlimits(Limits(open_files=50, file_bytes=100, processes=60,\n"
        "    memory_bytes=10**9), count_processes=True)"
    )
    assert found["NOFILE"] == (50, 50)
    assert found["FSIZE"] == (100, 100)
    soft, hard = found["DATA"]
    assert soft == hard
    assert soft > 10**9  # with what the process had before
    assert found["NPROC"] == (61, 61)


def test_time_that_was_used_before_is_not_the_jobs():
    soft, hard = limits_after(
        "while sum(os.times()[:2]) < 1.1: pass\n"
        "rlimits.set_rlimits(Limits(cpu_time_s=7), count_processes=False)"
    )["CPU"]
    assert soft > 8
    assert hard == soft + 1


def test_what_is_not_limited_stays_as_it_is():
    before = limits_after("")
    after = limits_after(
        "rlimits.set_rlimits(Limits(file_bytes=None, open_files=2**30),\n"
        "    count_processes=False)"
    )
    for name in ("CPU", "DATA", "FSIZE", "NPROC"):
        assert after[name] == before[name]


def test_no_limit_rises_above_the_one_that_is_there():
    found = limits_after(
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))\n"
        "rlimits.set_rlimits(Limits(file_bytes=100), count_processes=False)"
    )
    assert found["FSIZE"] == (9, 9)


def test_elsewhere_the_address_space_is_what_can_be_limited(monkeypatch):
    lowered = {}
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(
        rlimits, "_lower", lambda kind, value, grace=0: lowered.update({kind: value})
    )
    rlimits.set_rlimits(Limits(memory_bytes=5), count_processes=False)
    assert lowered[resource.RLIMIT_AS] == 5
    assert resource.RLIMIT_DATA not in lowered


FORKS = """
import os, signal, threading
from program_runtime.execution import Limits
from program_runtime.execution.confinement import rlimits

def start(threads):
    "How many of 20 could be started beside this process."
    started, stop = [], threading.Event()
    while len(started) < 20:
        try:
            if threads:
                other = threading.Thread(target=stop.wait)
                other.start()
            else:
                other = os.fork()
                if other == 0:
                    signal.pause()
        except (OSError, RuntimeError):
            break
        started.append(other)
    stop.set()
    for other in started:
        if threads:
            other.join()
        else:
            os.kill(other, signal.SIGKILL)
            os.waitpid(other, 0)
    # A thread that was joined may be there for the kernel a little longer.
    while len(os.listdir("/proc/self/task")) > 1:
        pass
    return len(started)

def count(processes, threads):
    limits = Limits(processes=processes)
    before = start(threads)
    rlimits.set_rlimits(limits, count_processes=given["count"])
    return [before, start(threads)]
"""


@pytest.mark.parametrize("threads", [False, True], ids=["processes", "threads"])
def test_a_job_has_so_many_processes_and_no_more(user, threads):
    piece = FORKS + f"found = count(5, {threads})"
    _, inside = attempt(user, piece, given={"count": True}, without=None, within=ALL)
    assert inside == [20, 4]


def test_processes_of_others_are_not_counted_where_the_user_is_shared(user):
    piece = FORKS + "found = count(1, False)"
    found, _ = attempt(user, piece, given={"count": False})
    assert found == [20, 20]
