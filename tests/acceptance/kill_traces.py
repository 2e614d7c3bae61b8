"""What a killed process could leave behind: processes, files, mounts."""

import contextlib
import os
import signal
import time
from pathlib import Path

PATIENCE_S = 30


def children_of(pid):
    """The pids right below a process, whichever of its threads made them."""
    found = set()
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found |= {int(word) for word in path.read_text().split()}
    return found


def descendants(pid):
    """Every process below one."""
    found, below = set(), {pid}
    while below:
        below = {child for parent in below for child in children_of(parent)} - found
        found |= below
    return found


def identities(pids):
    """Processes that no later one of the same number is taken for."""
    return {(pid, start) for pid in pids if (start := _start(pid)) is not None}


def _start(pid):
    """When a process began; None if it is gone or nobody's but the reaper's."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    return None


def marked(*marks):
    """Processes whose command line holds one of these words."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if any(mark in words for mark in marks):
                found[int(folder.name)] = b" ".join(words).decode(errors="replace")
    return found


def zygotes(server):
    """The zygotes that a server has started, and what came of them by fork."""
    parent = f" --parent {server} "
    found = marked(b"program_runtime.execution.zygote")
    return [pid for pid, words in found.items() if parent in words]


def kill(pid):
    """Kill a process that may have ended just now; returns what was below it."""
    below = identities(descendants(pid))
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return below


def wait_until_empty(look, what):
    """Wait until a look finds nothing any more."""
    ends = time.monotonic() + PATIENCE_S
    while found := look():
        assert time.monotonic() < ends, f"left behind: {what}: {found}"
        time.sleep(0.05)


def files_left(data_dir):
    """What uploads and jobs leave that were cut off."""
    spool = data_dir / "spool"
    names = ("upload-*", "payload-*", "release-*")
    return [
        *(path.name for name in names for path in spool.glob(name)),
        *(path.name for path in (data_dir / "blobs").rglob("*.partial")),
        *(path.name for path in data_dir.glob(".*")),
    ]


def mounts_below(folder):
    """What this machine has mounted below a folder: nothing, ever."""
    text = Path("/proc/self/mounts").read_text()
    return [line for line in text.splitlines() if f" {folder}" in line]
