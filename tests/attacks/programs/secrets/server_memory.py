"""Reads the memory of the server in /proc, where its environment lies.

Must be refused.
"""

from attempt import attempts

ATTACK = {"oracles": ["server"], "off": "none"}


def main(backend, user_messenger, server):
    def memory():
        with open(f"/proc/{server['pid']}/mem", "rb", buffering=0) as file:
            file.seek(server["token_at"])
            return file.read(server["token_bytes"]).decode()

    def maps():
        with open(f"/proc/{server['pid']}/maps") as file:
            return file.read(200)

    return attempts(memory=memory, maps=maps)
