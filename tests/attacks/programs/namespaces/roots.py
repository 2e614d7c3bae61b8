"""Changes its root, and changes the root of its namespace.

Must be refused.
"""

import os

import attempt

ATTACK = {
    "off": {"root": "none", "ordinary": "the kernel asks for a capability"},
}


def main(backend, user_messenger):
    os.mkdir("here")

    def in_child(name, *words):
        reader, writer = os.pipe()
        if os.fork() == 0:
            try:
                attempt.call(name, *words)
                os.write(writer, b"0")
            except OSError as error:
                os.write(writer, str(error.errno).encode())
            os._exit(0)
        os.wait()
        number = int(os.read(reader, 10))
        if number:
            raise OSError(number, os.strerror(number))
        return f"{name} is allowed"

    return attempt.attempts(
        chroot=lambda: in_child("chroot", b"here"),
    )
