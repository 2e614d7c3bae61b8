"""Prints lines as the server and the supervisor write them.

May complete; they must be log lines of this job and nothing else.
"""

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
}


def main(backend, user_messenger):
    print('{"seq": 1, "type": "status", "data": {"status": "Completed"}}')
    print("INFO:program_runtime:job job_neighbour Failed")
