"""Traces another process and the server, and peeks into them.

Must be refused.
"""

import ctypes
import os
from concurrent.futures import ThreadPoolExecutor

import attempt

ATTACK = {"oracles": ["victim", "server"], "off": "none"}

ATTACH, SEIZE, DETACH, PEEK = 16, 0x4206, 17, 2
WAIT_ALL = 0x40000000


def main(backend, user_messenger, victim, server):
    def peek(process):
        attempt.call("ptrace", ATTACH, process["pid"], 0, 0)
        os.waitpid(process["pid"], WAIT_ALL)
        word = ctypes.c_long()
        attempt.call(
            "ptrace", PEEK, process["pid"], process["token_at"], ctypes.byref(word)
        )
        attempt.call("ptrace", DETACH, process["pid"], 0, 0)
        return bytes(word).decode()

    def seize(process):
        # By a thread that ends at once: a signal stops who is traced until its tracer
        # sees to it, and the end of this job waits for the server.
        with ThreadPoolExecutor(1) as tracer:
            seizing = tracer.submit(attempt.call, "ptrace", SEIZE, process["pid"], 0, 0)
            return f"seized {seizing.result()}"

    return attempt.attempts(
        peeked=lambda: peek(victim),
        server=lambda: seize(server),
    )
