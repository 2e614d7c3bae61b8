"""System calls by which a program reaches what else its user has."""

import os
import shutil
import stat
import struct
import sys
import tempfile
from pathlib import Path

import fenced_process
from kernel_calls import call, on_another_process, victim

from program_runtime.execution.confinement import kernel, seccomp


def lowers_its_priority(fence):
    pid = victim()
    fence()
    os.setpriority(os.PRIO_PROCESS, pid, 19)


def slows_its_disk(fence):
    pid = victim()
    fence()
    call("ioprio_set", 1, pid, 2 << 13 | 7)


def on_its_own_file(action):
    """An attack on a file that the user owns and the program should not touch."""

    def attack(fence):
        with tempfile.NamedTemporaryFile(dir="/tmp") as file:
            file.write(b"kept")
            file.flush()
            fence()
            action(file.name)

    return attack


def empties_while_reading(path):
    os.close(os.open(path, os.O_RDONLY | os.O_TRUNC))
    assert Path(path).read_bytes() == b""


def empties_without_opening_for_anything(path):
    os.close(os.open(path, 0o3 | os.O_TRUNC))
    assert Path(path).read_bytes() == b""


ON_THE_USER = {
    "end by a limit": on_another_process("prlimit64", 7, bytes(16), 0),
    "choose a processor": on_another_process("sched_setaffinity", 8, b"\1" + bytes(7)),
    "slow down": on_another_process("sched_setscheduler", 5, bytes(4)),
    "slow down by the newer call": on_another_process(
        "sched_setattr", struct.pack("IIQiIQQQ", 48, 5, 0, 0, 0, 0, 0, 0), 0
    ),
    "lower its priority": lowers_its_priority,
    "slow its disk": slows_its_disk,
    "change the owner": on_its_own_file(
        lambda path: os.chown(path, os.geteuid(), os.getegid())
    ),
    "change an attribute": on_its_own_file(
        lambda path: os.setxattr(path, "user.attack", b"1")
    ),
    "empty": on_its_own_file(lambda path: os.truncate(path, 0)),
    "empty while reading": on_its_own_file(empties_while_reading),
    "empty unopened": on_its_own_file(empties_without_opening_for_anything),
}


def changes_the_mode(fence):
    with tempfile.NamedTemporaryFile(dir="/tmp") as file:
        fence()
        Path(file.name).chmod(0o400)
        return oct(stat.S_IMODE(Path(file.name).stat().st_mode))


def changes_the_mode_of_what_is_open(fence):
    with tempfile.NamedTemporaryFile(dir="/tmp") as file:
        fence()
        os.fchmod(file.fileno(), 0o400)
        return oct(stat.S_IMODE(Path(file.name).stat().st_mode))


def changes_the_times(fence):
    with tempfile.NamedTemporaryFile(dir="/tmp") as file:
        os.utime(file.name, (1, 1))
        fence()
        os.utime(file.name, (2, 2))
        return str(int(Path(file.name).stat().st_mtime))


def touches_a_new_file(fence):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        fence()
        Path(folder, "new").touch()
        assert Path(folder, "new").exists()


def copies_with_the_mode(fence):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        first = Path(folder, "first")
        first.write_text("kept")
        first.chmod(0o400)
        fence()
        shutil.copy2(first, f"{folder}/second")
        assert Path(folder, "second").read_text() == "kept"


MODES = {
    "change the mode": changes_the_mode,
    "change the mode of what is open": changes_the_mode_of_what_is_open,
    "change the times": changes_the_times,
    "touch a new file": touches_a_new_file,
    "copy with the mode": copies_with_the_mode,
}


ATTEMPTS = {"user": ON_THE_USER, "modes": MODES}


def main(attempts, *, shares_user):
    def fence():
        kernel.prctl(38, 1)
        seccomp.deny_dangerous_calls(network=False, shares_user=shares_user)

    fenced_process.report(ATTEMPTS[attempts], fence)


if __name__ == "__main__":
    main(sys.argv[1], shares_user=sys.argv[2] == "shared")
