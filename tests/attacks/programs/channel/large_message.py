"""Publishes a message of 16 MB, which the server would have to keep.

Must end at the limit of a message.
"""

ATTACK = {
    "off": "needs no defence: the harm would be the server's memory, which is measured",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["messages"],
    "limits": {"message_bytes": 1_000_000},
}


def main(backend, user_messenger):
    user_messenger.publish("x" * 16_000_000)
