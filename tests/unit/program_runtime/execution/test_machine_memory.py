"""How much memory there is, as a container or unit is allowed to see it."""

import os

import pytest

from program_runtime.execution.machine_memory import machine_memory

ALL = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    ("outer", "inner", "memory"),
    [
        ("max", "max", ALL),
        ("1000000", "max", 1_000_000),
        ("2000000", "1000000", 1_000_000),
        ("1000000", "2000000", 1_000_000),
        (str(2 * ALL), None, ALL),
    ],
    ids=["unlimited", "outer", "inner", "inner in outer", "more than there is"],
)
def test_the_smallest_limit_above_holds(outer, inner, memory, tmp_path):
    group = tmp_path / "inner"
    group.mkdir()
    (tmp_path / "memory.max").write_text(f"{outer}\n")
    if inner is not None:
        (group / "memory.max").write_text(f"{inner}\n")
    assert machine_memory(group) == memory


def test_this_machine_has_some():
    assert 0 < machine_memory() <= ALL
