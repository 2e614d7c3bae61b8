"""Telling what a crossing of the wire changes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit.quantum_info import SparsePauliOp

from toolkit.harness.comparison import differences, round_trip


def found(before, after):
    return [(d.path, d.message) for d in differences(before, after, "x")]


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, "text", 1 + 2j]},
        float("nan"),
        [math.inf, -0.0],
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.array([math.nan, 1.0]),
        SparsePauliOp(["XX", "ZZ"], [1.5, 2.0]),
        {},
    ],
)
def test_a_lossless_crossing_has_no_differences(value):
    assert round_trip(value, "x") == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((1, 2), [1, 2], [("x", "a tuple arrives as a list")]),
        ({1: 2}, {"1": 2}, [("x", "the key 1 (a int) arrives as text, '1'")]),
        ({"a": 1}, {}, [("x", "the key 'a' is lost")]),
        ([1], [1, 2], [("x", "1 items arrive as 2")]),
        (1, True, [("x", "a int arrives as a bool")]),
        (1, 2, [("x", "a int arrives with another value")]),
        (np.int64(3), 3, [("x", "a int64 arrives as a int")]),
        (
            {"a": [0, (1,)]},
            {"a": [0, [1]]},
            [("x['a'][1]", "a tuple arrives as a list")],
        ),
        (np.zeros(2), np.zeros(3), [("x", "shape (2,) arrives as (3,)")]),
        (
            np.zeros(2),
            np.zeros(2, dtype=int),
            [("x", "dtype float64 arrives as int64")],
        ),
        (np.zeros(2), np.ones(2), [("x", "an array arrives with other values")]),
        (
            np.array([1, "a"], dtype=object),
            np.array([1, "b"], dtype=object),
            [("x[1]", "a str arrives with another value")],
        ),
    ],
)
def test_a_change_is_named_with_its_place(before, after, expected):
    assert found(before, after) == expected


def test_what_plain_json_loses_is_found():
    assert [d.message for d in round_trip({"t": (1, 2), 3: "x"}, "inputs")] == [
        "a tuple arrives as a list",
        "the key 3 (a int) arrives as text, '3'",
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_plain_values_equal_themselves(value):
    assert list(differences(value, value, "x")) == []
