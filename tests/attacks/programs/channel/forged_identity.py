"""Sends frames that name another job, and frames as the server sends them.

May at most change what this very job says.
"""

import json
import time

from channel import find, frame

ATTACK = {
    "oracles": ["neighbour"],
    "off": "needs no defence: the harm would be another job's, and every run looks for it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_message"],
    "limits": {"wall_time_s": 3.0},
}

JOB = 16


def main(backend, user_messenger, neighbour):
    channel = find()
    forged = {"job_id": "job_neighbour", "seq": 1, "type": "result", "data": "forged"}
    channel.sendall(frame(1, json.dumps(forged).encode()))
    channel.sendall(frame(JOB, json.dumps(forged).encode()))
    time.sleep(10)
