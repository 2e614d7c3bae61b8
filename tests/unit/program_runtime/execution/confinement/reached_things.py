"""What a program tries to reach beyond its folders.

Each attempt begins in a folder of its own, with a part for every rule.
"""

import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import fenced_process
from kernel_calls import call, victim, with_new_mounts

from program_runtime.execution.confinement import (
    interpreter,
    kernel,
    landlock,
    seccomp,
)

IN, SECOND, SHOWN, OUT = (Path(name) for name in ("in", "second", "shown", "out"))
ONE, OWN = Path("one"), Path("own")
ABI_1 = 0x1FFF
_NUMBER_OF_TERMINAL = 0x80045430


def in_a_new_folder(action, base):
    def attempt(fence):
        os.chdir(tempfile.mkdtemp(dir=base))
        for folder in (IN, SECOND, SHOWN, OUT):
            folder.mkdir()
            (folder / "data").write_text("kept")
            (folder / "empty").mkdir()
            shutil.copy("/bin/true", folder / "tool")
        ONE.write_text("kept")
        OWN.write_text("kept")
        return action(fence)

    return attempt


def restrict():
    kernel.prctl(38, 1)
    landlock.restrict(
        readable=[
            *landlock.SYSTEM_READABLE,
            *interpreter.interpreter_folders(),
            *("shown", "one", "missing", "one/missing", "/dev/ptmx"),
        ],
        writable=["in", "second", "own", "missing", *landlock.SYSTEM_WRITABLE],
        network=False,
    )


def restrict_as_before_abi_3():
    offered = landlock._Rights(files=ABI_1)
    landlock._offered = lambda: offered
    restrict()


def restrict_as_before_abi_3_and_filter():
    restrict_as_before_abi_3()
    seccomp.deny_dangerous_calls(network=False, shares_user=True)


def plain(action, *arguments, **options):
    """An attempt that is one action, and what must be true afterwards."""

    def attempt(fence):
        fence()
        action(*arguments, **options)

    return attempt


def reads(path):
    assert path.read_text() == "kept"


def runs(path):
    subprocess.run([path.absolute()], check=True)


def opens(path, flags):
    os.close(os.open(path, flags))


def reads_by_a_link(fence):
    (IN / "link").symlink_to((OUT / "data").absolute())
    fence()
    reads(IN / "link")


def reads_by_the_root_of_another_process(fence):
    root, path = Path(f"/proc/{victim()}/root"), (OUT / "data").absolute()
    fence()
    reads(root / path.relative_to("/"))


def sees_another_process(name):
    def attempt(fence):
        pid = victim()
        fence()
        assert Path(f"/proc/{pid}", name).read_bytes()

    return attempt


def signals_another_process(fence):
    pid = victim()
    fence()
    os.kill(pid, signal.SIGTERM)


def signals_by_a_descriptor(fence):
    pid = os.pidfd_open(victim())
    fence()
    signal.pidfd_send_signal(pid, signal.SIGTERM)


def signals_all(fence):
    pid = victim()
    os.setpgid(pid, 0)
    fence()
    os.killpg(pid, signal.SIGTERM)


def traces(fence):
    pid = victim()
    fence()
    call("ptrace", 16, pid, 0, 0)


def serves(fence):
    fence()
    socket.create_server(("127.0.0.1", 0)).close()


def connects(fence):
    listener = socket.create_server(("127.0.0.1", 0))
    fence()
    socket.create_connection(listener.getsockname(), timeout=5).close()


def connects_to_an_abstract_socket(fence):
    name = f"\0attack-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        fence()
        with socket.socket(socket.AF_UNIX) as mine:
            mine.connect(name)


def controls_a_device(fence):
    fence()
    # As a file it can be read.
    terminal = os.open("/dev/ptmx", os.O_RDONLY | os.O_NOCTTY)
    fcntl.ioctl(terminal, _NUMBER_OF_TERMINAL, struct.pack("i", 0))


FORBIDDEN = {
    "read a file": plain(reads, OUT / "data"),
    "read a file by a link": reads_by_a_link,
    "read a file by another root": plain(
        lambda: reads(Path(f"/proc/self/root{OUT.absolute()}/data"))
    ),
    "read by the root of another process": reads_by_the_root_of_another_process,
    "list a folder": plain(os.listdir, OUT),
    "run a program": plain(runs, OUT / "tool"),
    "write to a file": plain((OUT / "data").write_text, "lost"),
    "empty a file by its name": plain(os.truncate, OUT / "data", 0),
    "make a file": plain((OUT / "new").touch),
    "make a folder": plain((OUT / "new").mkdir),
    "make a link": plain((OUT / "new").symlink_to, "data"),
    "make a pipe": plain(os.mkfifo, OUT / "new"),
    "remove a file": plain((OUT / "data").unlink),
    "remove a folder": plain((OUT / "empty").rmdir),
    "rename a file": plain((OUT / "data").rename, OUT / "new"),
    "move a file here": plain((OUT / "data").rename, IN / "new"),
    "move a file away": plain((IN / "data").rename, OUT / "new"),
    "link a file to here": plain(os.link, OUT / "data", IN / "new"),
    "write to a readable file": plain((SHOWN / "data").write_text, "lost"),
    "empty a readable file": plain(os.truncate, SHOWN / "data", 0),
    "make a file in a readable folder": plain((SHOWN / "new").touch),
    "link a readable file to here": plain(os.link, SHOWN / "data", IN / "new"),
    "write to the one readable file": plain(ONE.write_text, "lost"),
    "remove the one readable file": plain(ONE.unlink),
    "remove the one writable file": plain(OWN.unlink),
    "control a device": controls_a_device,
    "list all processes": plain(os.listdir, "/proc"),
    "see what another process runs": sees_another_process("cmdline"),
    "see another process's environment": sees_another_process("environ"),
    "trace another process": traces,
    "signal another process": signals_another_process,
    "signal by a descriptor": signals_by_a_descriptor,
    "signal a group": signals_all,
    "connect to an abstract socket": connects_to_an_abstract_socket,
    "connect to this machine": connects,
    "serve this machine": serves,
    "mount": with_new_mounts("mount", b"none", b"/tmp", b"tmpfs", 0, 0),
}
OF_ROOT = {
    "make a device": plain(os.mknod, IN / "new", 0o20600, os.makedev(1, 3)),
    "make a disk": plain(os.mknod, IN / "new", 0o60600, os.makedev(7, 0)),
}


LEFT_OPEN = {
    "empty a file by its name": plain(os.truncate, OUT / "data", 0),
    "empty a readable file": plain(opens, SHOWN / "data", os.O_RDONLY | os.O_TRUNC),
    "empty a file unopened": plain(opens, OUT / "data", 0o3 | os.O_TRUNC),
    "change an attribute": plain(os.setxattr, OUT / "data", "user.attack", b"1"),
    "change the owner": plain(
        lambda: os.chown(OUT / "data", os.geteuid(), os.getegid())
    ),
}


CHOICES = {
    "forbidden": (FORBIDDEN, fenced_process.no_fence, restrict),
    "root": (OF_ROOT, fenced_process.no_fence, restrict),
    "left open": (
        LEFT_OPEN,
        restrict_as_before_abi_3,
        restrict_as_before_abi_3_and_filter,
    ),
}


def report(actions, fence, *, before):
    with tempfile.TemporaryDirectory(prefix="reach-", dir="/tmp") as base:
        attempts = {name: in_a_new_folder(a, base) for name, a in actions.items()}
        fenced_process.report(attempts, fence, before=before)


if __name__ == "__main__":
    actions, before, fence = CHOICES[sys.argv[1]]
    report(actions, fence, before=before)
