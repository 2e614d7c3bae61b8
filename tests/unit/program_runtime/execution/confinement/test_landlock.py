"""Landlock keeps a program to its own files, processes and sockets."""

import errno
import os
import struct
from pathlib import Path

import own_things
import pytest
import reached_things
from fenced_process import WORKS, outcomes

from program_runtime.execution.confinement import landlock

needs_landlock = pytest.mark.skipif(
    landlock.abi() == 0, reason="this kernel has no Landlock"
)

OTHER_ANSWERS = {
    "connect to an abstract socket": "EPERM",
    "link a file to here": "EXDEV",
    "link a readable file to here": "EXDEV",
    "mount": "EPERM",
    "signal a group": "EPERM",
    "signal another process": "EPERM",
    "signal by a descriptor": "EPERM",
    "trace another process": "EPERM",
}
SINCE = {
    "connect to an abstract socket": 6,
    "connect to this machine": 4,
    "control a device": 5,
    "empty a file by its name": 3,
    "empty a readable file": 3,
    "move a file": 2,
    "link a file": 2,
    "serve this machine": 4,
    "signal a group": 6,
    "signal another process": 6,
    "signal by a descriptor": 6,
}


def skip_before_its_time(name):
    if landlock.abi() < SINCE.get(name, 1):
        pytest.skip(f"Landlock knows of this since ABI {SINCE[name]}")


@needs_landlock
@pytest.mark.parametrize("name", sorted(reached_things.FORBIDDEN))
def test_what_is_not_the_programs_is_out_of_reach(user, name):
    skip_before_its_time(name)
    found = outcomes(user, "reached_things.py", "forbidden")[name]
    assert found == [WORKS, OTHER_ANSWERS.get(name, "EACCES")]


@needs_landlock
@pytest.mark.parametrize("name", sorted(own_things.NEEDED))
def test_what_is_the_programs_is_in_reach(user, name):
    skip_before_its_time(name)
    assert outcomes(user, "own_things.py")[name] == [None, WORKS]


@needs_landlock
@pytest.mark.parametrize("name", sorted(reached_things.OF_ROOT))
def test_not_even_root_makes_a_device_where_it_may_write(user, name):
    without, within = outcomes(user, "reached_things.py", "root")[name]
    assert without == (WORKS if user == "root" else "EPERM")
    assert within == "EACCES"


@needs_landlock
@pytest.mark.parametrize("name", sorted(reached_things.LEFT_OPEN))
def test_the_filter_closes_what_landlock_leaves_open(user, name):
    found = outcomes(user, "reached_things.py", "left open")[name]
    assert found == [WORKS, "EPERM"]


class Kernel:
    """Answers the calls of Landlock as some kernel does, and keeps the rules."""

    def __init__(self, *, files=0, network=0, scopes=0, version=0, flags=True):
        self.known = (files, network, scopes)
        self.version = version
        self.flags = flags
        self.rulesets, self.rules, self.enforced = [], {}, []

    def syscall(self, name, *arguments):
        return getattr(self, name.removeprefix("landlock_"))(*arguments)

    def create_ruleset(self, attributes, _size, flags):
        if not self.version:
            raise OSError(errno.EOPNOTSUPP, "disabled")
        if flags:
            return self.version
        asked = struct.unpack("=QQQ", attributes)
        if not any(asked):
            raise OSError(errno.ENOMSG, "empty")
        if any(want & ~known for want, known in zip(asked, self.known, strict=True)):
            raise OSError(errno.EINVAL, "unknown")
        self.rulesets.append(asked)
        return os.open("/dev/null", os.O_RDONLY)

    def add_rule(self, _ruleset, _kind, rule, _flags):
        rights, fd = struct.unpack("=Qi", rule)
        self.rules[str(Path(f"/proc/self/fd/{fd}").readlink())] = rights
        return 0

    def restrict_self(self, _ruleset, flags):
        if flags and not self.flags:
            raise OSError(errno.EINVAL, "unknown flags")
        self.enforced.append(flags)
        return 0


@pytest.fixture
def pretend(monkeypatch):
    """Stand on another kernel."""
    landlock._offered.cache_clear()

    def stand_on(kernel):
        monkeypatch.setattr(landlock.kernel, "syscall", kernel.syscall)
        return kernel

    yield stand_on
    landlock._offered.cache_clear()


@pytest.fixture
def paths(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    return [str(tmp_path / name) for name in ("folder", "file", "missing")]


def test_without_landlock_there_is_no_version_and_nothing_is_restricted(pretend):
    kernel = pretend(Kernel())
    assert landlock.abi() == 0
    assert not landlock.signals_are_scoped()
    with pytest.raises(OSError, match="disabled"):
        landlock.restrict(readable=["/usr"], writable=[], network=False)
    assert kernel.enforced == []


def test_the_first_kernels_are_asked_for_what_they_know_and_no_more(pretend, paths):
    kernel = pretend(Kernel(version=1, files=0x1FFF, flags=False))
    landlock.prepare()
    landlock.restrict(readable=paths, writable=[], network=False)
    assert kernel.rulesets[-1] == (0x1FFF, 0, 0)
    assert kernel.rules == {paths[0]: 0b1101, paths[1]: 0b0101}
    assert kernel.enforced == [0]


def test_a_kernel_that_claims_a_version_but_lacks_the_scope_of_signals(pretend):
    kernel = pretend(Kernel(version=6, files=0xFFFF, network=3, scopes=1))
    landlock.restrict(readable=[], writable=[], network=False)
    assert landlock.abi() == 6
    assert not landlock.signals_are_scoped()
    assert kernel.rulesets[-1] == (0xFFFF, 3, 1)


def test_a_kernel_that_scopes_signals_is_known(pretend):
    pretend(Kernel(version=6, files=0xFFFF, network=3, scopes=3))
    assert landlock.signals_are_scoped()


def test_rights_of_kernels_to_come_are_not_guessed(pretend, paths):
    kernel = pretend(Kernel(version=99, files=-1, network=-1, scopes=-1))
    landlock.restrict(readable=[], writable=paths, network=False)
    assert kernel.rulesets[-1] == (0x1FFFF, 0b1111, 0b11)
    # All rights but to make devices; of a file only those that files have.
    assert kernel.rules == {paths[0]: 0x1F7BF, paths[1]: 0x1C007}


def test_with_a_network_nothing_of_it_is_restricted(pretend):
    kernel = pretend(Kernel(version=7, files=0xFFFF, network=3, scopes=3))
    landlock.restrict(readable=[], writable=[], network=True)
    assert kernel.rulesets[-1] == (0xFFFF, 0, 3)


def test_what_is_refused_to_a_program_does_not_fill_the_machines_log(pretend):
    kernel = pretend(Kernel(version=7, files=0xFFFF, network=3, scopes=3))
    landlock.restrict(readable=[], writable=[], network=False)
    assert kernel.enforced == [0b101]


def test_a_refusal_of_the_kernel_is_not_taken_for_an_unknown_flag(pretend):
    kernel = pretend(Kernel(version=7, files=0xFFFF))

    def refuse(_ruleset, _flags):
        raise OSError(errno.EPERM, "no new privileges")

    kernel.restrict_self = refuse
    with pytest.raises(OSError, match="no new privileges"):
        landlock.restrict(readable=[], writable=[], network=False)


def test_no_descriptor_is_left_behind(pretend, paths):
    pretend(Kernel(version=7, files=0xFFFF, network=3, scopes=3))
    lowest = os.dup(0)
    os.close(lowest)
    landlock.restrict(readable=paths, writable=paths, network=False)
    again = os.dup(0)
    os.close(again)
    assert again == lowest


def test_a_path_that_this_user_can_not_reach_needs_no_rule(pretend, monkeypatch):
    kernel = pretend(Kernel(version=7, files=0xFFFF))

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(landlock.os, "open", refuse)
    landlock._allow(3, "/root/closed", 4)
    assert kernel.rules == {}


@pytest.mark.parametrize("path", landlock.SYSTEM_READABLE)
def test_nothing_of_the_system_that_is_readable_holds_secrets(path):
    folders = ("/home", "/root", "/run", "/tmp", "/var")
    assert not path.startswith(folders)
    assert path not in {"/", "/dev", "/etc", "/proc", "/sys"}
