"""Reads the memory of the server and of another process by a system call.

Must be refused.
"""

import ctypes

import attempt

ATTACK = {"oracles": ["server", "victim"], "off": "none"}


class Piece(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def main(backend, user_messenger, server, victim):
    def read(process):
        buffer = ctypes.create_string_buffer(process["token_bytes"])
        here = Piece(ctypes.addressof(buffer), process["token_bytes"])
        there = Piece(process["token_at"], process["token_bytes"])
        words = (ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
        attempt.call("process_vm_readv", process["pid"], *words)
        return buffer.raw.decode()

    return attempt.attempts(
        server=lambda: read(server),
        victim=lambda: read(victim),
    )
