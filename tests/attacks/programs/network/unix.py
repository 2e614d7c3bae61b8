"""Talks to Unix sockets of this machine, by path and by abstract name.

Must be refused, and no socket may hear anything.
"""

import socket

import attempt

ATTACK = {"oracles": ["network"], "off": "none"}


def main(backend, user_messenger, network):
    message = f"unix {attempt.NONCE}".encode()

    def connect(address):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(3)
            client.connect(address)
            client.sendall(message)
            return client.recv(10).decode()

    def send(address):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            return client.sendto(message, address)

    def by_pair(address):
        """A socket that nobody had to ask for can be told to talk to others."""
        ours, _theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        return ours.sendto(message, address)

    return attempt.attempts(
        path=lambda: connect(network["unix"]),
        abstract=lambda: connect(network["abstract"]),
        packet=lambda: send(network["unix_packets"]),
        abstract_packet=lambda: send(network["abstract_packets"]),
        pair=lambda: by_pair(network["unix_packets"]),
        abstract_pair=lambda: by_pair(network["abstract_packets"]),
    )
