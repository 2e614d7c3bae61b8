"""The numbers of system calls are those of the kernel's own headers."""

import re
from pathlib import Path

import pytest

from program_runtime.execution.confinement.kernel import SYSCALL_NUMBERS
from program_runtime.execution.confinement.system_calls import (
    EXAMINED,
    MACHINES,
    OF_A_SHARED_USER,
    REFUSED,
)

HEADERS = {
    "x86_64": [
        "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
        "/usr/include/asm/unistd_64.h",
    ],
    # aarch64 takes the numbers that all new machines get.
    "aarch64": ["/usr/include/asm-generic/unistd.h"],
}
TABLES = {
    "refused": REFUSED,
    "examined": EXAMINED,
    "of a shared user": OF_A_SHARED_USER,
}


def header_numbers(machine):
    for name in HEADERS[machine]:
        if Path(name).exists():
            text = Path(name).read_text()
            line = r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$"
            found = re.findall(line, text, re.MULTILINE)
            return {call: int(number) for call, number in found}
    return pytest.skip(f"the kernel's headers for {machine} are not installed")


@pytest.mark.parametrize("table", sorted(TABLES))
@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_the_kernels(machine, table):
    known = header_numbers(machine)
    newest = max(known.values())
    column = MACHINES.index(machine)
    wrong = {
        name: (numbers[column], known.get(name))
        for name, numbers in TABLES[table].items()
        # The headers may be older than the call.
        if numbers[column] != known.get(name) and (numbers[column] or 0) <= newest
    }
    assert wrong == {}


def test_a_newer_call_has_one_number_everywhere():
    newer = [
        pair for table in TABLES.values() for pair in table.values() if pair[0] >= 424
    ]
    assert newer
    assert all(first == second for first, second in newer)


def test_no_call_is_named_twice():
    names = [name for table in TABLES.values() for name in table]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("machine", range(len(MACHINES)), ids=MACHINES)
def test_no_number_is_given_twice(machine):
    numbers = [
        pair[machine]
        for table in TABLES.values()
        for pair in table.values()
        if pair[machine] is not None
    ]
    assert len(numbers) == len(set(numbers))


def test_what_walls_are_built_with_is_not_refused():
    later = {name for name in SYSCALL_NUMBERS if name.startswith("landlock")}
    assert not (later | {"seccomp", "capset"}) & set(REFUSED)
