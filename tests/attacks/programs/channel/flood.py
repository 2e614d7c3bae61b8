"""Publishes without end, from several threads.

Must end at the limit of messages; the job beside it must be heard all the time.
"""

import threading

ATTACK = {
    "off": "needs no defence: the harm would be the server's, which is looked for",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["messages"],
    "limits": {"message_count": 20_000},
}


def main(backend, user_messenger):
    def flood():
        while True:
            user_messenger.publish(1)

    for _ in range(3):
        threading.Thread(target=flood, daemon=True).start()
    flood()
