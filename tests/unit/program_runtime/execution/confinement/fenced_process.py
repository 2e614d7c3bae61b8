"""Tries things in processes that lay a fence around themselves, and without it.

A module of attempts calls ``report`` when it is run as a script; a test calls
``outcomes`` to run that script as some user.
"""

import errno
import functools
import json
import os
import signal
import subprocess
import sys
import traceback
from pathlib import Path

from program_runtime.execution.confinement import kernel

WORKS = "works"
_PATIENCE_S = 60
_SET_CHILD_SUBREAPER = 36


@functools.cache
def outcomes(user, script, *arguments):
    """Run a script once as one of ``ordinary_user.USERS`` and read its report."""
    import ordinary_user

    path = Path(__file__).with_name(script)
    done = subprocess.run(
        ordinary_user.command_as(user, sys.executable, path, *arguments),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def no_fence():
    """Attacks must be seen to succeed first."""


def report(attempts, fence, *, before=no_fence):
    """Print what becomes of each attempt, first with another fence and then with it.

    An attempt takes a function that it calls when everything is prepared, to put up
    the fence. With ``before=None``, it is tried once only.
    """
    # What attempts leave behind becomes a child of this process.
    kernel.prctl(_SET_CHILD_SUBREAPER, 1)
    found = {}
    for name, attempt in attempts.items():
        first = outcome(attempt, before) if before else None
        found[name] = [first, outcome(attempt, fence)]
    json.dump(found, sys.stdout)


def outcome(attempt, fence):
    """Run it in a process of its own; nothing outlives it.

    Returns:
        Its own answer or ``works``; if it failed, the name of the error or signal.
    """
    answer, question = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        signal.alarm(_PATIENCE_S)
        os.write(question, _tried(attempt, fence).encode())
        os._exit(0)
    os.close(question)
    _, status = os.waitpid(pid, 0)
    _end_all_children()
    with os.fdopen(answer) as text:
        if os.WIFSIGNALED(status):
            return signal.Signals(os.WTERMSIG(status)).name
        return text.read()


def _end_all_children():
    """No group or death signal would do: attempts leave groups and have fences."""
    own = Path(f"/proc/self/task/{os.getpid()}/children")
    while children := own.read_text().split():
        for child in map(int, children):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _tried(attempt, fence):
    try:
        return attempt(fence) or WORKS
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    except BaseException:  # noqa: BLE001 - a process boundary
        return traceback.format_exc()
