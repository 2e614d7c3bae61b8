"""Scenes of real processes, each played by an interpreter of its own."""

import subprocess
import sys
import textwrap

PRELUDE = """
import contextlib, ctypes, mmap, os, select, signal, sys, threading, time
from program_runtime.execution import process_tree
from program_runtime.execution.process_reading import read_stat
from program_runtime.execution.process_tree import descendants, end_descendants

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
        os._exit(0)
    return pid

def nothing():
    pass

def until(condition):
    give_up_at = time.monotonic() + 20
    while not condition():
        if time.monotonic() > give_up_at:
            raise TimeoutError
        time.sleep(0.002)

def lives(pid):
    stat = read_stat(pid)
    return stat is not None and not stat.ended

def put_an_end():
    "Whatever a scene leaves behind."
    adopt_orphans()
    end_descendants(os.getpid())
"""


def play(scene):
    """Run a scene; what it printed."""
    script = f"{PRELUDE}\ntry:\n{textwrap.indent(textwrap.dedent(scene), '    ')}\nfinally:\n    put_an_end()\n"
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
