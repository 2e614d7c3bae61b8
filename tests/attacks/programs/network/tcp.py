"""Connects to a server on this machine: plainly, without connecting first, by another
protocol that falls back to TCP.

Must be refused, and the server must hear nothing.
"""

import socket

import attempt

ATTACK = {"oracles": ["network"], "off": "none"}

MPTCP, FASTOPEN = 262, 0x20000000


def main(backend, user_messenger, network):
    message = f"tcp {attempt.NONCE}".encode()

    def connect(family, address, protocol=0):
        with socket.socket(family, socket.SOCK_STREAM, protocol) as client:
            client.settimeout(3)
            client.connect(address)
            client.sendall(message)
            return client.recv(10).decode()

    def fast_open():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
            client.settimeout(3)
            client.sendto(message, FASTOPEN, ("127.0.0.1", network["tcp"]))
            return client.recv(10).decode()

    ways = {
        "plain": lambda: connect(socket.AF_INET, ("127.0.0.1", network["tcp"])),
        "any": lambda: connect(socket.AF_INET, ("0.0.0.0", network["tcp"])),
        "fast_open": fast_open,
        "multipath": lambda: connect(
            socket.AF_INET, ("127.0.0.1", network["tcp"]), MPTCP
        ),
    }
    if "tcp6" in network:
        ways["six"] = lambda: connect(socket.AF_INET6, ("::1", network["tcp6"]))
        mapped = ("::ffff:127.0.0.1", network["tcp"])
        ways["mapped"] = lambda: connect(socket.AF_INET6, mapped)
    return attempt.attempts(**ways)
