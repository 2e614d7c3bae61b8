"""Writes into the memory of another process.

Must be refused, and its memory must stay as it was.
"""

import ctypes

import attempt

ATTACK = {"oracles": ["victim"], "off": "none"}


class Piece(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def main(backend, user_messenger, victim):
    buffer = ctypes.create_string_buffer(b"BROKEN")
    here = Piece(ctypes.addressof(buffer), 6)
    there = Piece(victim["token_at"], 6)

    def by_call():
        words = (ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
        return attempt.call("process_vm_writev", victim["pid"], *words)

    def by_file():
        with open(f"/proc/{victim['pid']}/mem", "r+b", buffering=0) as file:
            file.seek(victim["token_at"])
            return file.write(b"BROKEN")

    return attempt.attempts(call=by_call, file=by_file)
