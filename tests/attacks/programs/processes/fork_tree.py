"""Every child forks two more, four deep: faster than anybody can count.

Must end at the job's limit of processes, and none of them may be left.
"""

import os
import time

import attempt

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["processes", "refused"],
    "limits": {"processes": 12, "wall_time_s": 6.0},
}


def main(backend, user_messenger):
    reader, writer = os.pipe()
    branch(writer, 4)
    os.close(writer)
    end, count = time.monotonic() + 2, 0
    os.set_blocking(reader, False)
    while time.monotonic() < end:
        try:
            count += len(os.read(reader, 1000))
        except BlockingIOError:
            time.sleep(0.05)
    if count >= 30:
        return {"got": f"{count} processes"}
    return attempt.refused(f"only {count} processes lived")


def branch(writer, depth):
    for _ in range(2 if depth else 0):
        try:
            if os.fork() == 0:
                os.write(writer, b"x")
                branch(writer, depth - 1)
                attempt.live_on()
                os._exit(0)
        except BlockingIOError:
            return
