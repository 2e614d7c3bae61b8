"""A real service process for as long as a benchmark needs it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from program_runtime import QiskitRuntimeService


@contextlib.contextmanager
def running_service():
    """Start a service in a folder of its own; yield a client with its facts."""
    with tempfile.TemporaryDirectory(prefix="qrt-bench-") as temporary:
        folder = Path(temporary)
        environment = {**os.environ, "QRT_CONFIG_DIR": str(folder / "config")}
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "toolkit.cli", "serve", "--port", "0"),
                *("--data-dir", str(folder / "data"), "--json"),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        try:
            yield _client(process, folder)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def _client(process, folder):
    import json

    facts = json.loads(process.stdout.readline())
    token = (folder / "data" / "owner.token").read_text().strip()
    client = QiskitRuntimeService(channel="server", url=facts["url"], token=token)
    client.folder = folder
    client.pid = process.pid
    return client
