"""Replaces the messenger's and the channel's functions, so that all it says is false.

May at most change what this very job says, and it must come to an end.
"""

import gc
import socket

from program_runtime.execution.child import job_channel

ATTACK = {
    "off": "needs no defence: it would deceive only who reads this very job",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "bad_result", "crashed", "bad_message", "wall_time"],
    "limits": {"wall_time_s": 3.0},
}


def main(backend, user_messenger):
    type(user_messenger).publish = lambda *_words, **_names: None
    type(user_messenger).close = lambda *_words: None
    for found in gc.get_objects():
        if isinstance(found, job_channel.JobChannel):
            found.send = found.fail = lambda *_words: None
            found.wait_for_hang_up = lambda: None
    socket.socket.sendall = lambda *_words: None
    return "nobody will hear this"
