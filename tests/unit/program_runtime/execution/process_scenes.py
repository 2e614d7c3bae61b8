"""Scenes of real processes, each played by an interpreter of its own."""

import contextlib
import subprocess
import sys
import textwrap

PRELUDE = """
import contextlib, ctypes, mmap, os, resource, select, signal, sys, threading, time
from program_runtime.execution import process_tree
from program_runtime.execution.process_reading import read_stat
from program_runtime.execution.process_tree import descendants, end_descendants

MB = 1_000_000
PR_SET_CHILD_SUBREAPER = 36

def adopt_orphans():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

def fork(role, *arguments):
    "Fork a process that plays a role, then waits for its end."
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            role(*arguments)
            signal.pause()
        os._exit(1)
    return pid

def fork_and_wait(role, *arguments):
    "Return when the role is played; the process is still there."
    reading, writing = os.pipe()

    def play():
        role(*arguments)
        os.write(writing, b"+")

    pid = fork(play)
    os.close(writing)
    if os.read(reading, 1) != b"+":
        raise ChildProcessError("The role was not played.")
    return pid

def nothing():
    pass

kept = []

def take(size):
    "Take private memory, and use it."
    kept.append(bytearray(b"+") * size)

def until(condition):
    give_up_at = time.monotonic() + 20
    while not condition():
        if time.monotonic() > give_up_at:
            raise TimeoutError
        time.sleep(0.002)

def lives(pid):
    stat = read_stat(pid)
    return stat is not None and not stat.ended

def hold():
    "Keep what the scene has come to until the test has seen it."
    print("ready", flush=True)
    sys.stdin.read()

def put_an_end():
    "Whatever a scene leaves behind."
    adopt_orphans()
    end_descendants(os.getpid())
"""


def script(scene):
    scene = textwrap.indent(textwrap.dedent(scene), "    ")
    return f"{PRELUDE}\ntry:\n{scene}\nfinally:\n    put_an_end()\n"


def play(scene):
    """Run a scene; what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", script(scene)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@contextlib.contextmanager
def staged(scene):
    """Run a scene up to its end and hold it there; the pid of its first process."""
    process = subprocess.Popen(
        [sys.executable, "-c", script(f"{textwrap.dedent(scene)}\nhold()")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
            yield process.pid
        finally:
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
