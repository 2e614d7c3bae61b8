"""Run a command as an ordinary user, also where only root can reach the interpreter.

``python tests/ordinary_user.py COMMAND...``: whoever is no root simply runs it. Root
goes into a mount namespace of its own, in which the interpreter, its environment and
the checkout stay where they are though folders above them are closed to others,
changes to a user without any rights and becomes the command: same pid, output and exit
status. ``/tmp`` is the machine's; HOME is empty and goes with the namespace. The
checkout can be read, not written.
"""

import ctypes
import os
import pwd
import sys
from pathlib import Path

from program_runtime.execution.confinement import kernel

UID = 64_321
"""Nobody's: neither in the password file nor the number of unmapped users."""

USERS = ("root", "ordinary") if os.geteuid() == 0 else ("ordinary",)
"""Who a test can run a command as."""

_CLONE_NEWNS = 0x20000
_REACHABLE = "ORDINARY_USER_REACHABLE"


def command_as(user, *command):
    """Return the words that run ``command`` as one of ``USERS``.

    An environment with ``ORDINARY_USER_REACHABLE`` (paths with ``:`` between them)
    opens the way to more folders, such as a test's ``tmp_path`` below root's.
    """
    words = [str(word) for word in command]
    if user == "root" or os.geteuid() != 0:
        return words
    return [sys.executable, __file__, *words]


def become_ordinary():
    """Change this process, root's, into that of an ordinary user for good."""
    home = Path(pwd.getpwuid(0).pw_dir)
    open_the_ways()
    own = home / "ordinary"
    own.mkdir()
    os.chown(own, UID, UID)
    os.setgroups([])
    os.setresgid(UID, UID, UID)
    os.setresuid(UID, UID, UID)
    os.environ |= {"HOME": str(own), "USER": "ordinary", "LOGNAME": "ordinary"}
    # What points at folders of root, or writes into the checkout.
    os.environ.pop("TMPDIR", None)
    options = os.environ.get("PYTEST_ADDOPTS", "")
    os.environ["PYTEST_ADDOPTS"] = f"{options} -p no:cacheprovider".strip()
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(own / "hypothesis")


def open_the_ways():
    """Lay an open folder over each closed one and bring back what is needed below.

    In a mount namespace of its own: this process and what comes of it see it so.
    """
    home = Path(pwd.getpwuid(0).pw_dir)
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNS):
        raise OSError(ctypes.get_errno(), "no mount namespace of its own")
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    needed = {sys.prefix, sys.base_prefix, str(Path(__file__).resolve().parents[1])}
    needed |= set(filter(None, os.environ.get(_REACHABLE, "").split(":")))
    here = Path.cwd()
    covers = {Path(path): _topmost_closed(Path(path)) for path in sorted(needed)}
    covers |= {
        path: home for path, cover in covers.items() if path.is_relative_to(home)
    }
    hidden = {path: os.open(path, os.O_PATH) for path, cover in covers.items() if cover}
    for cover in {home, *filter(None, covers.values())}:
        kernel.mount("tmpfs", str(cover), "tmpfs", data="mode=755")
    for path, descriptor in hidden.items():
        path.mkdir(parents=True, exist_ok=True)
        flags = kernel.MS_BIND | kernel.MS_REC
        kernel.mount(f"/proc/self/fd/{descriptor}", str(path), flags=flags)
        os.close(descriptor)
    os.chdir(here if here.exists() else "/tmp")


def _topmost_closed(path):
    """The first folder on the way to ``path`` that others may not pass, if any."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & 0o001:
            return folder
    return None


if __name__ == "__main__":
    if not sys.argv[1:]:
        raise SystemExit(__doc__)
    if os.geteuid() == 0:
        become_ordinary()
    os.execvp(sys.argv[1], sys.argv[1:])
