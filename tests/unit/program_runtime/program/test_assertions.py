"""What the assertions about shot noise say, and what they refuse."""

import re

import pytest

from program_runtime.program.testing import (
    assert_counts_close,
    assert_expectation_close,
)

BELL = {"00": 0.5, "11": 0.5}


def test_counts_that_fit_pass():
    assert_counts_close({"00": 489, "11": 511}, BELL)
    assert_counts_close({"00": 700, "01": 300}, {"00": 0.7})


def test_counts_that_do_not_fit_say_all_that_is_wrong_and_how_sure_that_is():
    with pytest.raises(AssertionError) as caught:
        assert_counts_close({"00": 400, "11": 590, "01": 10}, BELL)

    assert str(caught.value) == (
        "The counts of 1000 shots are not as expected:\n"
        "  '00' was seen 400 times, expected 500: between 419 and 581\n"
        "  '11' was seen 590 times, expected 500: between 419 and 581\n"
        "  any other outcome ('01') was seen 10 times, expected 0: between 0 and 0\n"
        "A correct program fails here once in 1,000,000 runs at most "
        "(false-alarm rate 1e-06)."
    )


def test_a_tolerance_makes_room_for_the_noise_of_a_device():
    noisy = {"00": 480, "11": 470, "01": 30, "10": 20}
    with pytest.raises(AssertionError, match=r"outcome \('01', '10'\) was seen 50"):
        assert_counts_close(noisy, BELL)
    assert_counts_close(noisy, BELL, tolerance=0.05)

    with pytest.raises(AssertionError, match=r"a tolerance of 0\.05 counted in"):
        assert_counts_close({"00": 1000}, BELL, tolerance=0.05)


def test_the_most_frequent_of_many_surprises_are_named():
    surprises = {"a": 1, "b": 5, "c": 2, "d": 3}
    with pytest.raises(AssertionError, match=r"outcome \('b', 'd', 'c', \.\.\.\) was"):
        assert_counts_close({"x": 500, **surprises}, {"x": 1.0})


def test_no_counts_at_all_fail():
    with pytest.raises(AssertionError, match="no shot was taken"):
        assert_counts_close({}, BELL)


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ({"0": 512, "1": 512}, "divide counts by the number of shots"),
        ({"0": -0.1}, "'0' is -0.1, it must lie between 0 and 1"),
        ({"0": 0.7, "1": 0.7}, "add up to 1.4, not to 1"),
    ],
    ids=["counts", "negative", "too much"],
)
def test_what_is_no_distribution_is_refused(expected, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        assert_counts_close({"0": 1}, expected)


def test_probabilities_that_are_rounded_leave_nothing_for_others():
    thirds = dict.fromkeys("abc", 1 / 3)
    assert_counts_close({"a": 333, "b": 333, "c": 334}, thirds)
    with pytest.raises(AssertionError, match=r"other outcome \('d'\) was seen 1 times"):
        assert_counts_close({"a": 333, "b": 333, "c": 333, "d": 1}, thirds)


def test_an_expectation_value_that_fits_passes():
    assert_expectation_close(0.02, 0.0, shots=4096)
    assert_expectation_close(1.0, 1.0, shots=1)
    assert_expectation_close(-1.84, -1.857, shots=1024, norm=2.05)
    assert_expectation_close(0.93, 1.0, standard_error=0.02)


def test_an_expectation_value_that_does_not_fit_says_where_it_should_be():
    with pytest.raises(AssertionError) as caught:
        assert_expectation_close(0.1, 0.0, shots=4096)

    assert str(caught.value) == (
        "The expectation value is 0.1, expected 0: with 4096 shots it lies between "
        "-0.0841186 and 0.0841186.\n"
        "A correct program fails here once in 1,000,000 runs at most "
        "(false-alarm rate 1e-06)."
    )


def test_a_standard_error_stands_in_the_place_of_shots():
    with pytest.raises(
        AssertionError, match=r"with a standard error of 0.01 it lies between 0.9510"
    ) as caught:
        assert_expectation_close(0.9, 1.0, standard_error=0.01)
    assert "fails here about once in 1,000,000 runs (false" in str(caught.value)


def test_a_tolerance_counts_the_noise_of_the_value_that_it_allows():
    # Exactly 1 has no shot noise, but a device that gives 0.9 has.
    assert_expectation_close(0.88, 1.0, shots=4096, tolerance=0.1)
    assert_expectation_close(0.85, 1.0, standard_error=0.02, tolerance=0.1)
    with pytest.raises(AssertionError, match=r"a tolerance of 0\.1 counted in"):
        assert_expectation_close(0.8, 1.0, shots=4096, tolerance=0.1)


def test_a_value_that_is_no_number_fails():
    with pytest.raises(AssertionError, match="is nan"):
        assert_expectation_close(float("nan"), 0.0, shots=10)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "either shots=... or standard_error=..."),
        ({"shots": 10, "standard_error": 0.1}, "either shots=... or"),
        ({"shots": 0}, "shots is 0, expected at least 1"),
        ({"standard_error": -1.0}, "standard_error is -1.0"),
        ({"shots": 10, "norm": 0.1}, "beyond the norm 0.1"),
        ({"shots": 10, "false_alarm": 0.0}, "false_alarm is 0.0"),
        ({"shots": 10, "tolerance": -0.1}, "tolerance is -0.1"),
    ],
    ids=["neither", "both", "shots", "error", "norm", "rate", "tolerance"],
)
def test_arguments_that_leave_the_noise_open_are_refused(options, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        assert_expectation_close(0.5, 0.5, **options)
