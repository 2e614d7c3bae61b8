"""Opens sockets of families that reach the kernel, the wire or the host of a machine.

Must be refused.
"""

import socket

from attempt import attempts

ATTACK = {"off": "none"}

FAMILIES = {
    "netlink": (16, socket.SOCK_RAW, 0),
    "audit": (16, socket.SOCK_RAW, 9),
    "packet": (17, socket.SOCK_RAW, 0),
    "raw": (2, socket.SOCK_RAW, 1),
    "ping": (2, socket.SOCK_DGRAM, 1),
    "cipher": (38, socket.SOCK_SEQPACKET, 0),
    "host": (40, socket.SOCK_STREAM, 0),
    "bluetooth": (31, socket.SOCK_RAW, 1),
    "keys": (15, socket.SOCK_RAW, 2),
    "sctp": (2, socket.SOCK_STREAM, 132),
    "express": (44, socket.SOCK_RAW, 0),
}


def main(backend, user_messenger):
    def open_it(family, kind, protocol):
        with socket.socket(family, kind, protocol) as opened:
            return f"opened {opened.family}"

    return attempts(
        **{
            name: (lambda words=words: open_it(*words))
            for name, words in FAMILIES.items()
        }
    )
