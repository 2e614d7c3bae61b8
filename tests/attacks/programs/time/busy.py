"""Computes for ever, in Python and in C, and ignores every signal it can.

Must end at its wall time.
"""

import hashlib
import signal
import threading

ATTACK = {
    "off": "bare",
    "lives_on": True,
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["wall_time"],
    "limits": {"wall_time_s": 0.3},
}


def main(backend, user_messenger):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(
        target=lambda: hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9), daemon=True
    ).start()
    while True:
        pass
