"""Runs a piece of Python twice, without and with walls, each in a process of its own.

As a module it offers ``attempt`` to tests; as a script it is the process that builds
the walls. A piece sets ``found``, which must be JSON, and may use ``given``.
"""

import importlib
import json
import os
import select
import signal
import subprocess
import sys
import textwrap
import traceback

from program_runtime.execution.confinement import (
    Level,
    Walls,
    credentials,
    kernel,
    namespaces,
    private_root,
)
from program_runtime.execution.launch.environment import child_environment

JOB_USER = 0x7000_1234 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
"""Who a job of root becomes; a user's processes are counted over all tests that run."""

NONE = ()
NOT_YET_POWERLESS = ("namespaces", "root")
ALL = (*NOT_YET_POWERLESS, "credentials")

_NO_NAMESPACES = 77
_PATIENCE_S = 40

_PRELUDE = """
import contextlib, ctypes, errno, json, os, signal, socket, stat, subprocess, sys
import tempfile, time
from pathlib import Path
from program_runtime.execution.confinement import kernel

def outcome(action, *arguments, **options):
    "What an action returns, or the name of the error that it ends with."
    try:
        return action(*arguments, **options)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
"""


def attempt(
    user, piece, *, given=None, walls=None, without=NONE, within=ALL, preload=()
):
    """Run a piece as one of ``ordinary_user.USERS``.

    Args:
        user: Who starts it.
        piece: The text.
        given: What it may know, as JSON.
        walls: Other than the usual ones.
        without: The steps of the first run; ``None``: there is none.
        within: The steps of the second one.
        preload: Modules that are imported before the fork.

    Returns:
        What it found in both runs.
    """
    import ordinary_user
    import pytest

    order = {
        "piece": textwrap.dedent(piece),
        "given": given or {},
        "walls": {"level": Level.STRONG, **(walls or {})},
        "runs": [without, within],
        "preload": preload,
    }
    done = subprocess.run(
        ordinary_user.command_as(user, sys.executable, "-P", __file__),
        input=json.dumps(order),
        # A process with threads can not be forked safely, so none starts at import.
        env={**os.environ, **child_environment()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == _NO_NAMESPACES:
        pytest.skip(f"this machine makes no namespaces for {user}")
    assert done.returncode == 0, done.stderr
    first, second = json.loads(done.stdout)
    return first, second


def main():
    order = json.load(sys.stdin)
    for name in order["preload"]:
        importlib.import_module(name)
    found = [_collect(order, steps) for steps in order["runs"]]
    json.dump(found, sys.stdout)


def _collect(order, steps):
    if steps is None:
        return None
    settings = {"uid": JOB_USER if os.geteuid() == 0 else None, **order["walls"]}
    walls = Walls(**{**settings, "readable": tuple(settings.get("readable", ()))})
    mine, theirs = os.pipe()
    before = os.geteuid(), os.getegid()
    if "namespaces" in steps:
        flags = namespaces.flags(walls, user=walls.uid is None)
        try:
            pid = kernel.clone(flags, signal.SIGCHLD)
        except OSError:
            sys.exit(_NO_NAMESPACES)
    else:
        pid = os.fork()
    if pid == 0:
        os.close(mine)
        _confine_and_run(order, steps, walls, before, theirs)
    os.close(theirs)
    try:
        return json.loads(_answer(mine))
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _answer(fd):
    text = b""
    while select.select([fd], [], [], _PATIENCE_S)[0]:
        piece = os.read(fd, 65536)
        if not piece:
            return text.decode() or sys.exit("it found nothing")
        text += piece
    sys.exit("it found nothing in time")


def _confine_and_run(order, steps, walls, before, answer):
    """As in service: process 1 builds the walls and reaps, the program is its child."""
    try:
        _confine(steps, walls, *before)
        pid = os.fork()
        if pid == 0:
            names = {"given": order["given"]}
            exec(_PRELUDE + order["piece"], names)
            os.write(answer, json.dumps(names["found"]).encode())
        else:
            os.waitpid(pid, 0)
    except BaseException:  # noqa: BLE001 - a process boundary
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _confine(steps, walls, user, group):
    uid = user if walls.uid is None else walls.uid
    if "namespaces" in steps:
        if walls.uid is None:
            namespaces.write_id_maps(user, group)
        namespaces.name_host()
    if "root" in steps:
        private_root.enter_private_root(walls, uid)
    if "credentials" in steps:
        credentials.become(uid)
        credentials.drop_capabilities()


if __name__ == "__main__":
    main()
