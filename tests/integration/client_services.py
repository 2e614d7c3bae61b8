"""A real service, a program for it, and a network that breaks."""

import contextlib
import json
import select
import signal
import socket
import threading

from program_runtime.client import local

COUNTING = """
def main(backend, user_messenger, *, count=3, size=0):
    for index in range(count):
        user_messenger.publish({"i": index, "text": "x" * size})
    return {"count": count, "text": "y" * size}
"""
COUNTING_METADATA = {
    "name": "counting",
    "max_execution_time": 60,
    "spec": {
        "parameters": {
            "type": "object",
            "properties": {
                "count": {"type": "integer", "minimum": 0},
                "size": {"type": "integer"},
            },
        }
    },
}


def end(data_dir):
    """End the service of a folder, and wait until it has gone."""
    trace = data_dir / "service.json"
    if trace.exists():
        process = next(p for p in local._started if p.pid == pid_of(data_dir))
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def pid_of(data_dir):
    return json.loads((data_dir / "service.json").read_text())["pid"]


class CuttingProxy:
    """Passes bytes on, and drops its first websockets on the way."""

    def __init__(self, url, cuts):
        host, port = url.removeprefix("http://").split(":")
        self._target = (host, int(port))
        self._cuts = list(cuts)
        self.cut = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(
                    target=self._pass_on, args=(client,), daemon=True
                ).start()

    def _pass_on(self, client):
        with client, socket.create_connection(self._target) as server:
            peers, left = {client: server, server: client}, None
            while True:
                for source in select.select(list(peers), [], [])[0]:
                    data = source.recv(4096)
                    if not data:
                        return
                    if source is client and b"/stream?" in data and self._cuts:
                        left = self._cuts.pop(0)
                    if source is server and left is not None:
                        data, left = data[:left], left - len(data)
                    with contextlib.suppress(OSError):
                        peers[source].sendall(data)
                    if left is not None and left <= 0:
                        self.cut += 1
                        return

    def close(self):
        self._listener.close()
