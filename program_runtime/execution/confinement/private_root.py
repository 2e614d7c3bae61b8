"""A root folder that holds what a program needs and nothing else of this machine.

The new root is laid over some folder and made the root at once, with the old one below
it: so nothing that is shown can be hidden by the place where it is built.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from program_runtime.execution.confinement import kernel, visible

if TYPE_CHECKING:
    from program_runtime.execution.confinement.walls import Walls

__all__ = ["WORK_FOLDER", "enter_private_root"]

WORK_FOLDER: Final = "/tmp/job"  # noqa: S108 - private
"""Where a job begins, the only folder that is its own and empty."""
_TMP: Final = Path("/tmp")  # noqa: S108 - private

_MIB: Final = 1024 * 1024
_BUILT_AT: Final = "/tmp"  # noqa: S108 - any folder would do, nothing is written there
_OLD: Final = "/.old"
_ROOT_OPTIONS: Final = "size=2m,nr_inodes=4096,mode=755"
_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_CLOSED: Final = kernel.MS_NOSUID | kernel.MS_NODEV
_READ_ONLY: Final = _CLOSED | kernel.MS_RDONLY

# Files and folders: every release that the service accepts has room.
_PROGRAM_BYTES: Final = 128 * _MIB
_PROGRAM_FILES: Final = 8192
# Semaphores and queues of multiprocessing.
_SHARED_MEMORY_BYTES: Final = 64 * _MIB
_SHARED_MEMORY_FILES: Final = 1024


def enter_private_root(walls: Walls, uid: int) -> None:
    """Build the root of a job and go there; the old one can not be reached any more.

    To be called by process 1 of new namespaces, still with all its capabilities. The
    current folder is the new root afterwards, and new files can be read by all.

    Args:
        walls: What the program may see and how much it may write.
        uid: The user of the job, who owns the folders to write in.

    Raises:
        OSError: The kernel refuses a step.
    """
    gid = os.getgid() if uid == os.getuid() else uid
    # Folders on the way to what is shown must be open, whatever the server prefers.
    os.umask(0o022)
    sources, links = visible.plan(walls)
    _begin()
    _make_devices()
    # First, because something to show may lie below these, an environment in /tmp say.
    _mount_own(walls, f"uid={uid},gid={gid},mode=700", _below_tmp(sources, links))
    _make_work_folder(uid, gid)
    _show(sources, links)
    _write_accounts(uid, gid, hosts=not walls.network)
    _finish()


def _begin() -> None:
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("tmpfs", _BUILT_AT, "tmpfs", _CLOSED, _ROOT_OPTIONS)
    Path(_BUILT_AT + _OLD).mkdir()
    kernel.pivot_root(_BUILT_AT, _BUILT_AT + _OLD)
    os.chdir("/")


def _show(sources: list[str], links: dict[str, str]) -> None:
    for source in sources:
        target, original = Path(source), Path(_OLD + source)
        if original.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif not original.exists():
            continue  # it has gone since the plan was made
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        _bind(source, _READ_ONLY)
    for name, meaning in links.items():
        link = Path(name)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(meaning)


def _bind(source: str, attributes: int) -> None:
    """Show a part of the old root at its own place.

    With all that is mounted below it: in a user namespace nothing may come to light
    that was covered. For the same reason attributes are only ever added.
    """
    kernel.mount(_OLD + source, source, flags=kernel.MS_BIND | kernel.MS_REC)
    kernel.set_mount_attributes(source, attributes)


def _write_accounts(uid: int, gid: int, *, hosts: bool) -> None:
    """The few files of ``/etc`` that libraries ask for; no real account is named."""
    folder = Path("/etc")
    folder.mkdir(exist_ok=True)
    user = f"program:x:{uid}:{gid}:program:{WORK_FOLDER}:/usr/sbin/nologin\n"
    (folder / "passwd").write_text(user)
    (folder / "group").write_text(f"program:x:{gid}:\n")
    (folder / "nsswitch.conf").write_text(
        "passwd: files\ngroup: files\nhosts: files dns\n"
    )
    if hosts:
        (folder / "hosts").write_text("127.0.0.1 localhost program\n")


def _make_devices() -> None:
    folder = Path("/dev")
    folder.mkdir()
    for name in _DEVICES:
        path = folder / name
        path.touch()
        # Read-only is for the node: what is written to it goes to the device.
        _bind(str(path), kernel.MS_NOSUID | kernel.MS_NOEXEC | kernel.MS_RDONLY)
    (folder / "fd").symlink_to("/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (folder / name).symlink_to(f"/proc/self/fd/{number}")


def _below_tmp(sources: list[str], links: dict[str, str]) -> int:
    """How many names are made in the job's own folder to show what lies there."""
    names = {
        parent
        for path in (*sources, *links)
        for parent in (Path(path), *Path(path).parents)
        if parent.is_relative_to(_TMP)
    }
    return len(names - {_TMP})


def _make_work_folder(uid: int, gid: int) -> None:
    """Empty whatever else is shown beside it."""
    Path(WORK_FOLDER).mkdir(mode=0o700)
    os.chown(WORK_FOLDER, uid, gid)


def _mount_own(walls: Walls, owner: str, shown: int) -> None:
    """What belongs to the job alone and goes with it."""
    # The work folder is ours, too.
    files = walls.disk_files + shown + 1
    sizes = {
        "/tmp": (walls.disk_bytes, files),  # noqa: S108 - private
        "/program": (_PROGRAM_BYTES, _PROGRAM_FILES),
        "/dev/shm": (_SHARED_MEMORY_BYTES, _SHARED_MEMORY_FILES),  # noqa: S108 - private
    }
    for target, (size, files) in sizes.items():
        Path(target).mkdir()
        # The folder itself counts as one of the files.
        options = f"size={size},nr_inodes={files + 1},{owner}"
        kernel.mount("tmpfs", target, "tmpfs", _CLOSED, options)
    Path("/proc").mkdir()
    # While the old one is still there: who has no full view of it gets no new one.
    kernel.mount("proc", "/proc", "proc", _CLOSED | kernel.MS_NOEXEC)


def _finish() -> None:
    kernel.unmount_lazily(_OLD)
    Path(_OLD).rmdir()
    again = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_NOEXEC
    kernel.mount("none", "/", flags=again | _READ_ONLY)
