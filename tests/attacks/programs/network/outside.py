"""Connects to the metadata service of clouds, to a name server, and to the world.

Must be refused at once, not after a time: there is no way out.
"""

import socket

import attempt

ATTACK = {
    "off": "needs a machine in a cloud; the same calls reach loopback in network/tcp",
}


def main(backend, user_messenger):
    def connect(address, port):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
            client.settimeout(2)
            client.connect((address, port))
            return f"connected to {address}"

    def ask():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            return client.sendto(b"\0" * 12, ("192.0.2.1", 53))

    def look_up():
        try:
            return socket.getaddrinfo("example.org", 443)[0][4]
        except socket.gaierror as error:
            raise ConnectionRefusedError(111, str(error)) from error

    return attempt.attempts(
        metadata=lambda: connect("169.254.169.254", 80),
        world=lambda: connect("192.0.2.1", 443),
        name_server=ask,
        look_up=look_up,
    )
