"""A job shares neither network, names, messages nor processes with the machine."""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys

import pytest
from confined_process import NOT_YET_POWERLESS, attempt

from program_runtime.execution.confinement import Level, Walls, namespaces

NAMESPACES_ONLY = ("namespaces",)


@pytest.fixture
def port():
    """Of a socket of this machine that answers everybody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_this_machine_can_not_be_connected_to(user, port):
    piece = """
    found = outcome(socket.create_connection, ("127.0.0.1", given["port"]), 5)
    found = found if isinstance(found, str) else "connected"
    """
    found = attempt(user, piece, given={"port": port}, within=NAMESPACES_ONLY)
    assert found == ("connected", "ENETUNREACH")


def test_with_a_network_it_can(user, port):
    piece = """
    with socket.create_connection(("127.0.0.1", given["port"]), 5):
        found = "connected"
    """
    given, walls = {"port": port}, {"network": True}
    _, inside = attempt(user, piece, given=given, walls=walls, without=None)
    assert inside == "connected"


def test_a_socket_without_a_file_is_not_found_by_its_name(user):
    name = f"canary-{os.getpid()}"
    piece = """
    with socket.socket(socket.AF_UNIX) as client:
        found = outcome(client.connect, chr(0) + given["name"])
    """
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{name}")
        listener.listen()
        found = attempt(user, piece, given={"name": name}, within=NAMESPACES_ONLY)
    assert found == (None, "ECONNREFUSED")


def test_another_process_can_not_be_named(user):
    piece = "found = outcome(os.kill, given['pid'], 0)"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as other:
        given = {"pid": other.pid}
        outside, inside = attempt(user, piece, given=given, within=NAMESPACES_ONLY)
    assert outside == (None if user == "root" or os.geteuid() else "EPERM")
    assert inside == "ESRCH"


def test_the_machine_is_not_called_by_its_name(user):
    outside, inside = attempt(
        user, "found = socket.gethostname()", within=NAMESPACES_ONLY
    )
    assert outside == socket.gethostname()
    assert inside == "program"
    assert socket.gethostname() == outside


@contextlib.contextmanager
def shared_memory(key):
    libc = ctypes.CDLL(None, use_errno=True)
    create, remove = 0o1000, 0
    number = libc.shmget(key, 4096, create | 0o666)
    assert number >= 0
    try:
        yield
    finally:
        libc.shmctl(number, remove, None)


def test_shared_memory_of_others_can_not_be_opened(user):
    key = 0x5152_0000 + os.getpid()
    piece = "found = ctypes.CDLL(None).shmget(given['key'], 0, 0) >= 0"
    with shared_memory(key):
        found = attempt(user, piece, given={"key": key}, within=NAMESPACES_ONLY)
    assert found == (True, False)


def test_a_job_is_who_its_service_is_and_can_be_nobody_else(user):
    own = "found = [os.getuid(), os.getgid()]\n"
    piece = own + "found += [outcome(os.setuid, 1), outcome(os.setgroups, [])]"
    outside, _ = attempt(user, own, within=None)
    walls = {"uid": None}  # as root, too: in a user namespace
    _, inside = attempt(
        user, piece, walls=walls, without=None, within=NOT_YET_POWERLESS
    )
    assert inside == [*outside, "EINVAL", "EPERM"]


def is_held(path):
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_what_a_job_leaves_behind_ends_with_its_first_process(user, canary):
    piece = """
    import fcntl
    ready, holds = os.pipe()
    daemon = os.fork()
    if daemon == 0:
        os.setsid()
        for fd in set(range(64)) - {holds}:
            with contextlib.suppress(OSError):
                os.close(fd)
        file = os.open(given["path"], os.O_RDONLY)
        fcntl.flock(file, fcntl.LOCK_EX)
        os.write(holds, b".")
        time.sleep(60)
        os._exit(0)
    os.read(ready, 1)
    found = daemon
    """
    given = {"path": str(canary)}
    daemon, _ = attempt(user, piece, given=given, within=None)
    held = is_held(canary)
    os.kill(daemon, signal.SIGKILL)
    assert held
    with canary.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    attempt(user, piece, given=given, without=None, within=NAMESPACES_ONLY)
    assert not is_held(canary)


@pytest.mark.parametrize("user_too", [True, False], ids=["with user", "without"])
@pytest.mark.parametrize("network", [True, False], ids=["network", "no network"])
def test_the_flags_say_what_is_shared(network, user_too):
    walls = Walls(level=Level.STRONG, network=network)
    flags = namespaces.flags(walls, user=user_too)
    assert bool(flags & namespaces.NETWORK) is not network
    assert bool(flags & namespaces.USER) is user_too
    always = namespaces.NAMESPACES & ~namespaces.NETWORK
    assert flags & always == always
