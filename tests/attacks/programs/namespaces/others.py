"""Makes namespaces of every other kind.

Must be refused.
"""

import os

import attempt

ATTACK = {"off": {"root": "none", "ordinary": "the kernel asks for a user namespace"}}

KINDS = {
    "mounts": 0x00020000,
    "groups": 0x02000000,
    "names": 0x04000000,
    "messages": 0x08000000,
    "processes": 0x20000000,
    "network": 0x40000000,
    "time": 0x00000080,
}


def main(backend, user_messenger):
    def in_child(flag):
        reader, writer = os.pipe()
        if os.fork() == 0:
            try:
                attempt.call("unshare", flag)
                os.write(writer, b"0")
            except OSError as error:
                os.write(writer, str(error.errno).encode())
            os._exit(0)
        os.wait()
        number = int(os.read(reader, 10))
        if number:
            raise OSError(number, os.strerror(number))
        return "a namespace of its own"

    return attempt.attempts(
        **{name: (lambda flag=flag: in_child(flag)) for name, flag in KINDS.items()}
    )
