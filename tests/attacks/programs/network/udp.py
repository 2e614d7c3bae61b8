"""Sends packets to a server on this machine.

Must be refused, and the server must hear nothing.
"""

import socket

import attempt

ATTACK = {"oracles": ["network"], "off": "none"}


def main(backend, user_messenger, network):
    def send(family, address):
        with socket.socket(family, socket.SOCK_DGRAM) as client:
            return client.sendto(f"udp {attempt.NONCE}".encode(), address)

    return attempt.attempts(
        plain=lambda: send(socket.AF_INET, ("127.0.0.1", network["udp"])),
        mapped=lambda: send(socket.AF_INET6, ("::ffff:127.0.0.1", network["udp"])),
    )
