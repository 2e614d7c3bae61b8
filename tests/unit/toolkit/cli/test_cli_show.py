"""How values look at a terminal."""

import json

import numpy as np
import pytest

from toolkit.cli import _show


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-1.8572750302, "-1.85728"),
        (True, "true"),
        (None, "null"),
        ([1, 2], "[1, 2]"),
        (list(range(9)), "[0, 1, 2, 3, 4, 5, … 9 in all]"),
        ({"a": 1.0}, "{a=1}"),
        (np.array([0.5, 1.0]), "[0.5, 1]"),
    ],
)
def test_values_are_said_briefly(value, text):
    assert _show.brief(value) == text


def test_text_of_a_program_can_not_steer_the_terminal():
    assert _show.plain("\x1b[2Jgone") == "\\x1b[2Jgone"


def test_long_text_is_cut():
    assert len(_show.plain("x" * 5000)) == _show.TEXT_WIDTH


def test_a_message_is_its_keys_and_values():
    assert _show.message({"iteration": 3, "energy": -1.5}) == "iteration 3  energy -1.5"


def test_a_sparkline_goes_from_high_to_low():
    assert _show.sparkline([3.0, 2.0, 1.0]) == "█▅▁"


def test_a_sparkline_skips_what_is_not_finite():
    assert _show.sparkline([float("nan"), float("inf")]) == ""


def test_a_curve_takes_numbers_of_its_key_only():
    curve = _show.Curve("energy")
    assert curve.add({"energy": -1.0})
    assert not curve.add({"energy": True})
    assert not curve.add("energy")
    assert "energy -1.000000" in curve.text()
    assert "(1 value)" in curve.text()


def test_text_that_is_no_json_stays_text():
    assert _show.decoded("not json") == "not json"
    assert _show.decoded(json.dumps({"a": 1})) == {"a": 1}


def test_encoded_values_are_decoded_and_depth_is_no_error():
    assert _show.decoded('{"__type__": "complex", "__value__": [1, 2]}') == 1 + 2j
    deep = "[" * 100_000
    assert _show.decoded(deep) == deep


def test_a_number_too_large_for_a_curve_is_none():
    curve = _show.Curve("n")
    assert not curve.add({"n": 10**400})
    assert curve.text() == "n -    (0 values)"


def test_a_message_that_is_no_object_is_its_value():
    assert _show.message([1.0]) == "[1]"
