"""Returns a dict that contains itself.

Must be refused.
"""

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["bad_result"],
}


def main(backend, user_messenger):
    result = {}
    result["again"] = [result]
    return result
