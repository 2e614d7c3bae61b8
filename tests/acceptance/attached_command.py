"""The installed command as a shell runs it: in a group of its own, its words read."""

import os
import select
import signal
import subprocess
import time

from acceptance.live_service import QRT

PATIENCE_S = 30


class AttachedCommand:
    """The installed command in a process group of its own, as a shell runs it."""

    def __init__(self, *words, cwd, environment):
        self._process = subprocess.Popen(
            [QRT, *words],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._seen = {"stdout": b"", "stderr": b""}

    def wait_for(self, text, stream="stdout", times=1):
        """Wait until the command has printed a text so often."""
        pipe = getattr(self._process, stream)
        end = time.monotonic() + PATIENCE_S
        while self._seen[stream].count(text.encode()) < times:
            ready, _, _ = select.select([pipe], [], [], max(end - time.monotonic(), 0))
            piece = os.read(pipe.fileno(), 65536) if ready else b""
            assert piece, (text, self._seen, self._process.poll())
            self._seen[stream] += piece

    def interrupt(self):
        """Press Ctrl-C: the terminal tells the whole group; returns how it ended."""
        os.killpg(self.pid, signal.SIGINT)
        out, err = self._process.communicate(timeout=PATIENCE_S)
        return (
            self._process.returncode,
            (self._seen["stdout"] + out).decode(),
            (self._seen["stderr"] + err).decode(),
        )

    def signal_group(self, number):
        """Signal whatever is left of it, or ask with 0 whether anything is."""
        os.killpg(self.pid, number)

    def close(self):
        """Leave nothing behind, however the test ended."""
        if self._process.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
        self._process.communicate()
