"""Returns numbers that JSON does not have.

May complete: these are written as Python's ``json`` does. What the server says itself
must be JSON.
"""

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "bad_result"],
}


def main(backend, user_messenger):
    return {"values": [float("nan"), float("inf"), -float("inf")]}
