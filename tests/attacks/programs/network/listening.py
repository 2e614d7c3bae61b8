"""Opens a door for others: listens on a port of the machine.

Must be refused, or be out of reach for everybody else.
"""

import socket

from attempt import attempts

ATTACK = {"off": "none"}


def main(backend, user_messenger):
    def listen(family, address):
        with socket.socket(family, socket.SOCK_STREAM) as server:
            server.bind(address)
            server.listen()
            return f"listening at {server.getsockname()}"

    return attempts(
        four=lambda: listen(socket.AF_INET, ("0.0.0.0", 0)),
        six=lambda: listen(socket.AF_INET6, ("::", 0)),
    )
