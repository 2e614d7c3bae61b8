"""The job right after an attack: does its work and says how it found its process."""

import builtins
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path


def main(backend, user_messenger, number):
    user_messenger.publish(number)
    print("honest", number)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("honest")
    return {"double": 2 * number, "found": surroundings()}


def surroundings():
    ignored = [n for n in range(1, 32) if signal.getsignal(n) is signal.SIG_IGN]
    functions = (json.dumps, json.loads, subprocess.run, threading.Thread.start)
    return {
        "variables": sorted(os.environ),
        "files": sorted(path.name for path in Path().iterdir()),
        "priority": os.nice(0),
        "signals": [ignored, sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ()))],
        "limits": [
            resource.getrlimit(kind)
            for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)
        ],
        "mask": os.umask(0o022),
        "functions": [f"{f.__module__}.{f.__qualname__}" for f in functions],
        "names": sorted(set(dir(builtins)) - {"_"}),
        "module": [socket.socket.__module__, sys.getrecursionlimit()],
        "threads": threading.active_count(),
        "small": sum(range(257)),
    }
