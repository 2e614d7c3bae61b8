"""Opens the data directory by a file handle, which walks no path ("Shocker").

Must be refused.
"""

import ctypes
import os

import attempt

ATTACK = {
    "oracles": ["data"],
    "off": {"root": "none", "ordinary": "the kernel asks for a capability"},
}


class Handle(ctypes.Structure):
    _fields_ = (
        ("handle_bytes", ctypes.c_uint),
        ("handle_type", ctypes.c_int),
        ("handle", ctypes.c_char * 128),
    )


def main(backend, user_messenger, data):
    def open_it():
        handle = Handle(handle_bytes=128)
        mount = ctypes.c_int()
        path = f"{data['path']}/private.txt".encode()
        attempt.call(
            "name_to_handle_at",
            *(-100, path, ctypes.byref(handle), ctypes.byref(mount), 0),
        )
        anchor = os.open(data["path"], os.O_RDONLY)
        number = attempt.call(
            "open_by_handle_at", anchor, ctypes.byref(handle), os.O_RDONLY
        )
        return os.read(number, 100).decode()

    return attempt.attempt(open_it)
