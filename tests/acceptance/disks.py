"""Disks that fill up, or that can no longer be written, under a running service."""

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from acceptance.live_service import QRT, LiveService

MIB = 1024 * 1024

MOUNTING = 'mount -t tmpfs -o size=192m tmpfs "$QRT_DATA_DIR" && exec "$@"'

LIMITING = """
import resource, signal, sys
from pathlib import Path

file = Path(sys.argv.pop(1))

def limit(*_):
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(file.read_text()), hard))
    print("limited", flush=True)

signal.signal(signal.SIGUSR1, limit)
if file.exists():
    limit()
from toolkit.cli import main
sys.exit(main())
"""


class SmallDisk:
    """A file system of 192 MiB, seen by the service alone; it goes with its process."""

    reason = "No space left on device"

    def __init__(self, folder):
        (folder / "data").mkdir()
        mounting = [*mounting_words(), "sh", "-c", MOUNTING, "sh"]
        self.service = LiveService(folder, wrapper=[*mounting, QRT, "serve"])

    @property
    def data_dir(self):
        root = Path(f"/proc/{self.service.process.pid}/root")
        return root / self.service.data_dir.relative_to("/")

    def fill(self, left=0):
        """Leave so many bytes."""
        with (self.data_dir / "filler").open("ab", buffering=0) as filler:
            with contextlib.suppress(OSError):
                while filler.write(bytes(MIB)):
                    pass
            with contextlib.suppress(OSError):
                while filler.write(bytes(512)):
                    pass
            filler.truncate(max(filler.tell() - left, 0))

    def free(self):
        """Make room again."""
        (self.data_dir / "filler").unlink(missing_ok=True)


class RefusedWrites:
    """Any file system, on which the service's process may not write further."""

    reason = "File too large"

    def __init__(self, folder):
        self._limit = folder / "limit"
        wrapper = [sys.executable, "-c", LIMITING, self._limit, "serve"]
        self.service = LiveService(folder, wrapper=wrapper)
        self.data_dir = self.service.data_dir

    def fill(self, left=0):
        """Let no file have more than so many bytes."""
        self._limit.write_text(str(left))
        self.service.process.send_signal(signal.SIGUSR1)
        assert self.service.process.stdout.readline() == "limited\n"

    def free(self):
        """Take the limit away."""
        self.fill(-1)


@functools.cache
def mounting_words():
    """Return what runs a command that may mount, or None where nothing may."""
    if shutil.which("unshare") is None:
        return None
    for rights in ([], ["--user", "--map-root-user"]):
        words = ["unshare", *rights, "--mount"]
        probe = [*words, "mount", "-t", "tmpfs", "tmpfs", "/tmp"]
        if subprocess.run(probe, check=False, capture_output=True).returncode == 0:
            return words
    return None


MOUNTING_IMAGE = """
mount -o loop,errors=remount-ro "$1" "$QRT_DATA_DIR" && shift && exec "$@"
"""


class BreakingDisk:
    """An ext4 in a file, which the kernel can be told to find broken: it is read-only
    from then on for whoever has it mounted, as disks that fail really are."""

    def __init__(self, folder):
        (folder / "data").mkdir()
        image = folder / "image"
        with image.open("wb") as file:
            file.truncate(96 * MIB)
        subprocess.run(["mkfs.ext4", "-q", image], check=True)
        mounting = ["unshare", "--mount", "sh", "-c", MOUNTING_IMAGE, "sh", image]
        self.service = LiveService(folder, wrapper=[*mounting, QRT, "serve"])

    @property
    def data_dir(self):
        root = Path(f"/proc/{self.service.process.pid}/root")
        return root / self.service.data_dir.relative_to("/")

    def break_(self):
        """Let the kernel find an error."""
        inside = ["nsenter", f"--mount=/proc/{self.service.process.pid}/ns/mnt"]
        abort = ["mount", "-o", "remount,abort", self.service.data_dir]
        subprocess.run([*inside, *map(str, abort)], check=True)


@functools.cache
def may_mount_images():
    """Whether this is root, with loop devices and the tools for them."""
    tools = ("unshare", "nsenter", "mkfs.ext4", "losetup")
    if os.geteuid() != 0 or not all(map(shutil.which, tools)):
        return False
    return (
        subprocess.run(["losetup", "-f"], check=False, capture_output=True).returncode
        == 0
    )
