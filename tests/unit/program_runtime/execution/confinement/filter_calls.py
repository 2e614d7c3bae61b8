"""Attempts to get round the filter, and all that it refuses by name."""

import errno
import json
import os
import queue
import socket
import subprocess
import sys
import threading

import fenced_process
from kernel_calls import call, column

from program_runtime.execution.confinement import kernel, seccomp, system_calls


def asks_in_an_older_thread(fence):
    asked, found = threading.Event(), queue.SimpleQueue()

    def ask():
        asked.wait()
        try:
            call("unshare", 0)
        except OSError as error:
            found.put(errno.errorcode[error.errno])
        else:
            found.put(fenced_process.WORKS)

    thread = threading.Thread(target=ask)
    thread.start()
    fence()
    asked.set()
    thread.join()
    return found.get()


def asks_in_a_new_program(fence):
    fence()
    code = "import ctypes; libc = ctypes.CDLL(None, use_errno=True); libc.unshare(0); "
    code += "print(ctypes.get_errno())"
    done = subprocess.check_output([sys.executable, "-c", code])
    return errno.errorcode[int(done)]


def lays_a_second_filter(fence):
    fence()
    seccomp.deny_dangerous_calls(network=True)
    socket.socket(socket.AF_INET).close()


def forgets_privileges(_):
    if os.geteuid() == 0:
        os.setresuid(64_321, 64_321, 64_321)
    seccomp.deny_dangerous_calls(network=False)


WAYS_ROUND = {
    "ask in an older thread": asks_in_an_older_thread,
    "ask in a new program": asks_in_a_new_program,
    "lay a second filter": lays_a_second_filter,
    "forget about privileges": forgets_privileges,
}


# These would leave something behind, or take no arguments that could be senseless.
NOT_FOR_NOTHING = {"msgget", "semget", "shmget", "vhangup"}


def names_each_answer(fence):
    """Not an attack: how the kernel answers to each call with senseless arguments."""
    fence()
    answers = {}
    for name, pair in system_calls.REFUSED.items():
        if pair[column] is not None and name not in NOT_FOR_NOTHING:
            try:
                call(name, *[-1] * 6)
            except OSError as error:
                answers[name] = errno.errorcode[error.errno]
            else:
                answers[name] = fenced_process.WORKS
    return json.dumps(answers)


ATTEMPTS = {"round": WAYS_ROUND, "each": {"each call": names_each_answer}}


def main(attempts):
    def fence():
        kernel.prctl(38, 1)
        seccomp.deny_dangerous_calls(network=False)

    before = fenced_process.no_fence if attempts == "each" else None
    fenced_process.report(ATTEMPTS[attempts], fence, before=before)


if __name__ == "__main__":
    main(sys.argv[1])
