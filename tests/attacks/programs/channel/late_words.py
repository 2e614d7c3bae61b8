"""Goes on sending after main has returned: by a thread, by the bare channel.

The job must complete with what main returned; nothing may come after it.
"""

import threading
import time

from channel import find, frame

ATTACK = {
    "off": "needs no defence: the rules for events hold at every level, and are checked",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
}


def main(backend, user_messenger):
    channel = find()

    def late():
        for _ in range(30):
            try:
                channel.sendall(frame(1, b'"late"') + frame(4, b'"another result"'))
                user_messenger.publish("late, too")
            except Exception:
                pass
            time.sleep(0.01)

    threading.Thread(target=late).start()
    return "first"
