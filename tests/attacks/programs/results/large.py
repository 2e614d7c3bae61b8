"""Returns more than a result may have.

Must be refused, never cut.
"""

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["result_too_large"],
    "limits": {"result_bytes": 100_000},
}


def main(backend, user_messenger):
    return "x" * 10_000_000
