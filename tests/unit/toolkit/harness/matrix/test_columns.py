"""Runs on one backend become a column; options without effect are seen."""

from types import SimpleNamespace

import pytest

from program_runtime.execution.broker.protocol import DeviceRun
from toolkit.harness.matrix.columns import column_of, seeds_from
from toolkit.harness.matrix.ignored_options import ignored_options


def asked(kind="run", **options):
    return DeviceRun(key="", backend="lab", options=options, body=b"", kind=kind)


def ran(result, *, ok=True):
    return SimpleNamespace(ok=ok, result=result)


def test_seeds_are_repeatable_and_far_apart():
    seeds = seeds_from(7, 20)

    assert seeds == seeds_from(7, 20) != seeds_from(8, 20)
    apart = [abs(a - b) for a in seeds for b in seeds if a is not b]
    assert min(apart) > 1000


def test_numbers_that_a_run_lacks_are_left_out():
    column = column_of("lab", [ran({"a": 1, "b": 2}), ran({"a": 3})], [])

    assert {place: found.mean for place, found in column.estimates.items()} == {"a": 2}


def test_a_failed_run_fails_the_column():
    failed = ran(None, ok=False)

    assert column_of("lab", [ran({"a": 1}), failed], []).failure is failed


@pytest.mark.parametrize(
    ("requests", "shots", "ignored"),
    [
        ([asked(shots=100, seed_simulator=1)], 100, {}),
        ([asked(shots=101, seed_simulator=1)], 100, {}),
        ([asked(shots=100)], None, {"seed": "the backend takes none"}),
        (
            [asked(shots=8192, seed_simulator=1), asked(shots=64, seed_simulator=2)],
            100,
            {"shots": "the program asks for 64, 8192"},
        ),
        (
            [asked("estimate")],
            100,
            dict.fromkeys(("seed", "shots"), "expectation values are computed exactly"),
        ),
        ([], None, {"seed": "the program made no calls"}),
    ],
    ids=["all heeded", "rounding", "hardware", "own shots", "exact", "no calls"],
)
def test_options_without_effect_are_named_with_the_reason(requests, shots, ignored):
    assert ignored_options(requests, shots=shots) == ignored
