"""What a program must reach within its folders and around it."""

import os
import shutil
import signal
import threading
from pathlib import Path

from fenced_process import no_fence
from kernel_calls import victim
from reached_things import (
    IN,
    ONE,
    OUT,
    OWN,
    SECOND,
    SHOWN,
    connects,
    connects_to_an_abstract_socket,
    plain,
    reads,
    report,
    restrict,
    runs,
)

from program_runtime.execution.confinement import kernel, landlock


def signals_its_own(fence):
    fence()
    pid = victim()
    os.kill(pid, signal.SIGTERM)
    assert os.waitpid(pid, 0)[1] == signal.SIGTERM


def signals_its_threads(fence):
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    fence()
    signal.signal(signal.SIGUSR1, lambda *_: None)
    signal.pthread_kill(thread.ident, signal.SIGUSR1)
    ended.set()


def keeps_what_is_open(fence):
    with (OUT / "data").open("r+") as file:
        fence()
        file.write("more")
        file.seek(0)
        assert file.read() == "more"


def connects_to_its_own_socket(fence):
    fence()
    connects_to_an_abstract_socket(no_fence)


def adds_a_second_fence(fence):
    fence()
    landlock.restrict(readable=["shown"], writable=[], network=False)
    reads(SHOWN / "data")
    try:
        reads(ONE)
    except PermissionError:
        return
    raise AssertionError("the second fence adds nothing")


def connects_where_a_network_is_allowed(fence):
    kernel.prctl(38, 1)
    landlock.restrict(readable=["/"], writable=[], network=True)
    connects(no_fence)


NEEDED = {
    "read a file": plain(reads, SHOWN / "data"),
    "list a folder": plain(os.listdir, SHOWN),
    "run a program": plain(runs, SHOWN / "tool"),
    "read the one file": plain(reads, ONE),
    "write the one file": plain(OWN.write_text, "new"),
    "empty the one file": plain(os.truncate, OWN, 0),
    "make a file": plain((IN / "new").touch),
    "make a folder": plain((IN / "new").mkdir),
    "make a link": plain((IN / "new").symlink_to, "data"),
    "make a pipe": plain(os.mkfifo, IN / "new"),
    "empty a file": plain(os.truncate, IN / "data", 0),
    "run its own program": plain(runs, IN / "tool"),
    "remove a file": plain((IN / "data").unlink),
    "remove a tree": plain(shutil.rmtree, IN / "empty"),
    "move a file": plain((IN / "data").rename, SECOND / "new"),
    "link a file": plain(os.link, IN / "data", SECOND / "new"),
    "throw away": plain(Path("/dev/null").write_text, "gone"),
    "read its own state": plain(Path("/proc/self/status").read_text),
    "count processors": plain(Path("/sys/devices/system/cpu/online").read_text),
    "signal its own process": signals_its_own,
    "signal its own thread": signals_its_threads,
    "keep what is open": keeps_what_is_open,
    "connect to its own socket": connects_to_its_own_socket,
    "add a second fence": adds_a_second_fence,
    "connect where a network is allowed": connects_where_a_network_is_allowed,
}


if __name__ == "__main__":
    report(NEEDED, restrict, before=None)
