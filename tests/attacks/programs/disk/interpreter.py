"""Opens files of the interpreter and its packages for writing, to be in every next job.

Must be refused.
"""

import json
import os
from importlib import util

import attempt

ATTACK = {
    "off": {
        "root": "none",
        "ordinary": "the interpreter's files are another user's or read-only",
    },
}


def main(backend, user_messenger):
    def writable(path):
        with open(path, "r+b"):
            return f"can write {path}"

    def added(folder):
        path = f"{folder}/atk-{attempt.NONCE}"
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        os.unlink(path)
        return f"can add to {folder}"

    cached = util.cache_from_source(json.__file__)
    return attempt.attempts(
        module=lambda: writable(json.__file__),
        bytecode=lambda: writable(cached),
        own=lambda: writable(util.find_spec("program_runtime").origin),
        packages=lambda: added(os.path.dirname(json.__file__)),
    )
