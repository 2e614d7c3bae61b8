"""Reports its own end in words that only the supervisor may use.

Must be told as an error of the program.
"""

import json

from channel import find, frame

ATTACK = {
    "off": "needs no defence: it would deceive only who reads this very job",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["program_error"],
}

ERROR = 5


def main(backend, user_messenger):
    claim = {"status": "Completed", "code": "wall_time", "message": "m" * 100}
    find().sendall(frame(ERROR, json.dumps(claim).encode()))
