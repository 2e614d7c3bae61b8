"""A mean with its standard error, and how it is written."""

import math

import pytest

from toolkit.harness.matrix.estimate import Estimate, estimate_of


def test_the_standard_error_is_that_of_the_mean():
    # Deviations -1, 0, 1: s = 1, and 1 / sqrt(3).
    found = estimate_of([1.0, 2.0, 3.0])

    assert found.mean == 2.0
    assert found.standard_error == pytest.approx(1 / math.sqrt(3))
    assert found.runs == 3


def test_one_run_has_no_standard_error():
    assert estimate_of([4.0]) == Estimate(mean=4.0, standard_error=None, runs=1)


@pytest.mark.parametrize(
    ("mean", "error", "text"),
    [
        (-1.71342, 0.00213, "-1.7134 ± 0.0021"),
        (1234.5, 56.7, "1234 ± 57"),
        (0.5, 1.5, "0.5 ± 1.5"),
        (13.0, 0.0, "13 ± 0"),
        (0.1, 1e-18, "0.1 ± 0"),
        (2.25, None, "2.25 ± ?"),
    ],
    ids=["small", "large", "larger than it", "exact", "rounding", "one run"],
)
def test_it_is_written_with_the_digits_that_have_a_meaning(mean, error, text):
    assert str(Estimate(mean=mean, standard_error=error, runs=5)) == text
