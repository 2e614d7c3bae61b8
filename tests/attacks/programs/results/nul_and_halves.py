"""Returns texts with NUL and half characters, which some databases do not take.

May complete or be refused; what is stored must be text.
"""

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed", "bad_result", "bad_message"],
}


def main(backend, user_messenger):
    return ["\x00", "\ud800", {"\x00": 1}]
