"""The filter's instructions, run by an interpreter of their own, for both machines."""

import errno
import functools
import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program_runtime.execution.confinement import seccomp
from program_runtime.execution.confinement.system_calls import (
    EXAMINED,
    MACHINES,
    OF_A_SHARED_USER,
    REFUSED,
)

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
FOREIGN = {"i386": 0x40000003, "arm": 0x40000028, "riscv64": 0xC00000F3}
ALLOWED, KILLED = "allowed", "killed"
FILTERS = list(itertools.product(MACHINES, (False, True), (False, True)))
NAMES = [
    f"{machine}-{'network' if network else 'alone'}-{'shared' if shared else 'own'}"
    for machine, network, shared in FILTERS
]
every_filter = pytest.mark.parametrize(
    ("machine", "network", "shared"), FILTERS, ids=NAMES
)
EDGES = (
    *(0, 1, 2, 3, 5, 8, 10, 16, 17),
    *(0o1000, 0o1001, 0o1003, 0x5412, 0x541C, 0x5423, 0x20008, 0x80001, 0x80002),
    *(0x10000000, 0x7E028000, 2**32 - 1, 2**32, 2**63 + 0x5412),
)
WORDS = st.integers(0, 2**64 - 1) | st.sampled_from(EDGES)


@functools.cache
def decoded(program):
    return list(struct.iter_unpack("=HBBI", program))


def run(program, data):
    """Interpret classic BPF as far as it is used here; jumps only lead on."""
    instructions = decoded(program)
    at, loaded = 0, 0
    while True:
        code, then, otherwise, value = instructions[at]
        at += 1
        match code:
            case 0x20:
                (loaded,) = struct.unpack_from("=I", data, value)
            case 0x54:
                loaded &= value
            case 0x15:
                at += then if loaded == value else otherwise
            case 0x45:
                at += then if loaded & value else otherwise
            case 0x06:
                return value
            case _:
                raise AssertionError(f"instruction {code:#x} at {at - 1}")


def judge(machine, number, arguments=(), *, network=False, shared=False, door=None):
    """What happens to a call: allowed, killed, or the name of its error."""
    words = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("=iIQ6Q", number, door or ARCHITECTURES[machine], 0, *words)
    program = seccomp.filter_program(machine, network=network, shares_user=shared)
    answer = run(program, data)
    if answer >> 16 == 5:
        return errno.errorcode[answer & 0xFFFF] if answer & 0xFFFF else "ignored"
    return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}[answer]


# Which argument says the new times; none says now.
TIMES = {"utime": 1, "utimes": 1, "futimesat": 2, "utimensat": 2}


def number_of(name, machine):
    return (REFUSED | EXAMINED | OF_A_SHARED_USER)[name][MACHINES.index(machine)]


def expected(name, words, *, network, shared):
    """The rules once more, as one would say them."""
    low = [word & 0xFFFFFFFF for word in words]
    own = low[0] == 0
    if name in REFUSED:
        return "ENOSYS" if name == "clone3" else "EPERM"
    if name == "socket":
        fine = network and low[0] in {2, 10}
        return ALLOWED if fine else "EAFNOSUPPORT"
    fine = {
        "clone": not low[0] & 0x7E028000,
        "ioctl": low[1] not in {0x5412, 0x541C, 0x5423},
        "personality": low[0] in {0, 8, 0x20000, 0x20008, 0xFFFFFFFF},
        "socketpair": low[1] & 15 in {1, 5},
        "setsockopt": True,
    }
    ignored = {"setsockopt": low[2] in {7, 8, 32, 33}}
    if shared:
        modes = ("chmod", "fchmod", "fchmodat", "fchmodat2")
        ignored |= dict.fromkeys(modes, True)
        ignored |= {name: words[at] != 0 for name, at in TIMES.items()}
    if ignored.get(name):
        return "ignored"
    if shared and name in OF_A_SHARED_USER:
        if name == "openat2":
            return "ENOSYS"
        fine = {
            **dict.fromkeys(TIMES, True),
            "open": low[1] & 3 in {1, 2} or not low[1] & 0o1003,
            "openat": low[2] & 3 in {1, 2} or not low[2] & 0o1003,
            "prlimit64": own,
            "sched_setaffinity": own,
            "sched_setattr": own,
            "sched_setparam": own,
            "sched_setscheduler": own,
            "setpriority": low[:2] == [0, 0],
            "ioprio_set": low[:2] == [1, 0],
        }
        return ALLOWED if fine.get(name, False) else "EPERM"
    return ALLOWED if fine.get(name, True) else "EPERM"


@every_filter
@given(number=st.integers(0, 600), words=st.lists(WORDS, min_size=6, max_size=6))
def test_any_call_is_judged_as_the_rules_say(machine, network, shared, number, words):
    names = {number_of(n, machine): n for n in REFUSED | EXAMINED | OF_A_SHARED_USER}
    wanted = expected(names.get(number, "read"), words, network=network, shared=shared)
    options = {"network": network, "shared": shared}
    assert judge(machine, number, words, **options) == wanted


@every_filter
def test_a_call_that_is_examined_is_judged_by_each_argument(machine, network, shared):
    options = {"network": network, "shared": shared}
    values = {1 << bit for bit in range(64)} | set(EDGES)
    for name in EXAMINED | OF_A_SHARED_USER:
        number = number_of(name, machine)
        for first, at, value in itertools.product((0, 1), range(3), values):
            words = [first, 0, 0, 0, 0, 0]
            words[at] = value
            if number is not None:
                wanted = expected(name, words, **options)
                assert judge(machine, number, words, **options) == wanted, (name, words)


@every_filter
def test_every_number_of_the_list_is_refused_and_no_other(machine, network, shared):
    options = {"network": network, "shared": shared}
    stopped = {n for n in range(1024) if judge(machine, n, **options) != ALLOWED}
    listed = {number_of(name, machine) for name in REFUSED} - {None}
    # With nothing but zeros as arguments; a pair of sockets has a type.
    examined = {number_of(name, machine) for name in ("socket", "socketpair")}
    if shared:
        odd = {"open", "openat", "prlimit64", "setpriority"}
        odd |= {n for n in OF_A_SHARED_USER if n.startswith("sched_")} | set(TIMES)
        examined |= {number_of(n, machine) for n in OF_A_SHARED_USER if n not in odd}
    assert stopped == listed | examined - {None}


@every_filter
@pytest.mark.parametrize("door", sorted(FOREIGN))
@given(number=st.integers(0, 600))
def test_the_door_of_another_machine_ends_the_process(
    machine, network, shared, door, number
):
    options = {"network": network, "shared": shared, "door": FOREIGN[door]}
    assert judge(machine, number, **options) == KILLED


def test_the_two_machines_take_each_other_for_foreign():
    assert judge("x86_64", 0, door=ARCHITECTURES["aarch64"]) == KILLED
    assert judge("aarch64", 0, door=ARCHITECTURES["x86_64"]) == KILLED


@given(number=st.integers(0, 600))
def test_the_second_set_of_numbers_of_x86_64_is_refused(number):
    assert judge("x86_64", number | 0x40000000) == "EPERM"


@every_filter
def test_every_jump_stays_inside_and_the_kernel_takes_the_size(
    machine, network, shared
):
    program = seccomp.filter_program(machine, network=network, shares_user=shared)
    instructions = decoded(program)
    assert len(instructions) <= 4096
    for at, (code, then, otherwise, _) in enumerate(instructions):
        if code in {0x15, 0x45}:
            assert at + 1 + max(then, otherwise) < len(instructions)
    assert instructions[-1][0] == 0x06
