"""System calls that are worth an attack, each in a form that succeeds."""

import ctypes
import fcntl
import mmap
import os
import pty
import signal
import socket
import struct
import sys
import tempfile
import termios

import fenced_process
from kernel_calls import (
    HERE,
    NEW_NAMES,
    NEW_USER,
    be_root_of_a_new_world,
    call,
    on_another_process,
    plain,
    victim,
    with_new_mounts,
)

from program_runtime.execution.confinement import kernel, seccomp


def opens_a_socket(family):
    def attack(fence):
        fence()
        socket.socket(family, socket.SOCK_DGRAM).close()

    return attack


def copies_memory(name):
    """Read or write another process's memory."""

    def attack(fence):
        there, here = ctypes.create_string_buffer(b"secret"), (ctypes.c_char * 6)()
        far = struct.pack("PN", ctypes.addressof(there), 6)
        near = struct.pack("PN", ctypes.addressof(here), 6)
        pid = victim()
        fence()
        call(name, pid, near, 1, far, 1, 0)

    return attack


def takes_a_descriptor(fence):
    other = os.pidfd_open(victim())
    fence()
    call("pidfd_getfd", other, 1, 0)


def traces(fence):
    pid = victim()
    fence()
    call("ptrace", 16, pid, 0, 0)


def clones(flags):
    def attack(fence):
        fence()
        if call("clone", flags | signal.SIGCHLD, 0, 0, 0, 0) == 0:
            os._exit(0)

    return attack


def clones_by_the_newer_call(fence):
    order = struct.pack("8Q", NEW_USER, 0, 0, 0, signal.SIGCHLD, 0, 0, 0)
    fence()
    if call("clone3", order, len(order)) == 0:
        os._exit(0)


def enters_a_namespace(fence):
    be_root_of_a_new_world(NEW_NAMES)
    names = os.open("/proc/self/ns/uts", os.O_RDONLY)
    fence()
    call("setns", names, 0)


def names_the_host(fence):
    be_root_of_a_new_world(NEW_NAMES)
    fence()
    socket.sethostname("conquered")


def controls_its_terminal(request, argument):
    def attack(fence):
        _, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        fence()
        fcntl.ioctl(terminal, request, argument)

    return attack


def opens_a_kernel_keyring(fence):
    fence()
    call("add_key", b"user", b"secret", b"value", 5, -2)


def makes_shared_memory(fence):
    fence()
    segment = call("shmget", 0, 4096, 0o1600)
    call("shmctl", segment, 0, 0)


def makes_semaphores(fence):
    fence()
    semaphores = call("semget", 0, 1, 0o1600)
    call("semctl", semaphores, 0, 0)


def makes_a_message_queue(fence):
    fence()
    name = b"attack-%d" % os.getpid()
    os.close(call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, 0))
    call("mq_unlink", name)


def finds_a_file_handle(fence):
    fence()
    handle, mount = struct.pack("Ii", 128, 0) + bytes(128), struct.pack("i", 0)
    call("name_to_handle_at", HERE, b"/tmp", handle, mount, 0)


def measures(fence):
    attributes = bytearray(128)
    # A software counter that leaves out the kernel.
    struct.pack_into("IIQ", attributes, 0, 1, 128, 0)
    struct.pack_into("Q", attributes, 40, 0b110_0000)
    fence()
    call("perf_event_open", bytes(attributes), 0, -1, -1, 0)


def turns_a_pair_to_another_socket(fence):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(f"{folder}/log")
        fence()
        mine, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        mine.sendto(b"forged", f"{folder}/log")
        assert listener.recv(6) == b"forged"


def calls_as_an_old_machine(fence):
    """Ask for the process's number by the door that 32 bit programs take."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20; int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    fence()
    assert ctypes.CFUNCTYPE(ctypes.c_int)(address)() == os.getpid()


ATTACKS = {
    "trace": traces,
    "read memory": copies_memory("process_vm_readv"),
    "write memory": copies_memory("process_vm_writev"),
    "take a descriptor": takes_a_descriptor,
    "compare processes": on_another_process("kcmp", os.getpid(), 1, 0, 0),
    "mount": with_new_mounts("mount", b"none", b"/tmp", b"tmpfs", 0, 0),
    "mount in steps": with_new_mounts("fsopen", b"tmpfs", 0),
    "copy a mount": with_new_mounts("open_tree", HERE, b"/", 0x8001),
    "change the root": with_new_mounts("chroot", b"/tmp"),
    "become root elsewhere": plain("unshare", NEW_USER),
    "have a child that is root": clones(NEW_USER),
    "have a child by clone3": clones_by_the_newer_call,
    "give the parent a child": clones(0x8000),
    "enter a namespace": enters_a_namespace,
    "name the host": names_the_host,
    "load a program into the kernel": plain(
        "bpf", 0, struct.pack("4I", 2, 4, 4, 1) + bytes(112), 128
    ),
    "measure": measures,
    "handle page faults": plain("userfaultfd", 1),
    "call by io_uring": plain("io_uring_setup", 1, bytes(120)),
    "keep a key": opens_a_kernel_keyring,
    "find a keyring": plain("keyctl", 0, -2, 1),
    "lay out memory as before": plain("personality", 0x40000),
    "type into the terminal": controls_its_terminal(termios.TIOCSTI, b"x"),
    "change the line discipline": controls_its_terminal(
        termios.TIOCSETD, struct.pack("i", 0)
    ),
    "find a file's handle": finds_a_file_handle,
    "read the kernel's log": plain("syslog", 10, 0, 0),
    "share memory": makes_shared_memory,
    "share semaphores": makes_semaphores,
    "queue messages": makes_a_message_queue,
    "watch a folder": plain("inotify_init1", 0),
    "watch all": plain("fanotify_init", 0x200, 0),
    "hide memory": plain("memfd_secret", 0),
    "make a file in memory": plain("memfd_create", b"file", 0),
    "take slots of asynchronous I/O": plain("io_setup", 1, bytes(8)),
    "ask the clock": plain("clock_adjtime", 0, bytes(208)),
    "open a Unix socket": opens_a_socket(socket.AF_UNIX),
    "open an internet socket": opens_a_socket(socket.AF_INET),
    "open a version 6 socket": opens_a_socket(socket.AF_INET6),
    "open a netlink socket": opens_a_socket(socket.AF_NETLINK),
    "turn a pair to another socket": turns_a_pair_to_another_socket,
}
if kernel.MACHINE == "x86_64":
    ATTACKS |= {
        "call as an old machine": calls_as_an_old_machine,
        "make a segment": plain("modify_ldt", 0, bytes(16), 16),
    }
ROOTS_ALONE = {"load a program into the kernel", "read the kernel's log"}
"""Attacks that nobody else can make here."""


def finds_this_machine(fence):
    fence()
    assert socket.getaddrinfo("localhost", 80, flags=socket.AI_ADDRCONFIG)


def connects_to_this_machine(fence):
    listener = socket.create_server(("127.0.0.1", 0))
    fence()
    socket.create_connection(listener.getsockname(), timeout=5).close()


WITH_NETWORK = {
    "find this machine": finds_this_machine,
    "connect to this machine": connects_to_this_machine,
    "open an internet socket": opens_a_socket(socket.AF_INET),
    "open a version 6 socket": opens_a_socket(socket.AF_INET6),
    "open a Unix socket": opens_a_socket(socket.AF_UNIX),
    "open a netlink socket": opens_a_socket(socket.AF_NETLINK),
    "turn a pair to another socket": turns_a_pair_to_another_socket,
}


ATTEMPTS = {"system": ATTACKS, "network": WITH_NETWORK}


def main(attempts):
    def fence():
        kernel.prctl(38, 1)
        seccomp.deny_dangerous_calls(network=attempts == "network")

    fenced_process.report(ATTEMPTS[attempts], fence)


if __name__ == "__main__":
    main(sys.argv[1])
