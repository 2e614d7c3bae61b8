"""What chance allows: the false-alarm rates hold, and real deviations are seen."""

import math

import numpy as np
import pytest

from program_runtime.program import shot_noise
from program_runtime.program.testing import (
    assert_counts_close,
    assert_expectation_close,
)

COIN = {"0": 0.5, "1": 0.5}
GHZ = {"000": 0.5, "111": 0.5}
RUNS = 2000


def fails(check, *arguments, **options):
    try:
        check(*arguments, **options)
    except AssertionError:
        return True
    return False


def drawn(probabilities, shots, seed, runs=RUNS):
    """Counts of many runs of a program whose outcomes have these probabilities."""
    names = list(probabilities)
    samples = np.random.default_rng(seed).multinomial(
        shots, list(probabilities.values()), size=runs
    )
    return [dict(zip(names, map(int, row), strict=True)) for row in samples]


def test_a_count_lies_where_the_binomial_tails_are_no_smaller_than_allowed():
    # P(X <= 1) = 11/1024 = 0.0107, P(X <= 0) = 1/1024 = 0.00098 for ten fair coins
    near = shot_noise.count_interval(low=0.5, high=0.5, shots=10, false_alarm=0.02)

    assert near == shot_noise.Interval(1, 9)


def test_a_certain_outcome_is_seen_always_and_an_impossible_one_never():
    sure = shot_noise.count_interval(low=1, high=1, shots=50, false_alarm=1e-6)
    never = shot_noise.count_interval(low=0, high=0, shots=50, false_alarm=1e-6)

    assert (sure.low, sure.high) == (50, 50)
    assert (never.low, never.high) == (0, 0)


def test_a_mean_is_bound_no_wider_than_by_the_better_known_inequality():
    known = math.sqrt(2 * math.log(2 / 1e-6) / 4096)
    middle = shot_noise.mean_interval(0, norm=1, shots=4096, false_alarm=1e-6)
    edge = shot_noise.mean_interval(0.98, norm=1, shots=4096, false_alarm=1e-6)

    assert middle.high == pytest.approx(-middle.low)
    assert 0.99 * known < middle.high <= known
    assert edge.high - edge.low < 0.25 * 2 * known


def test_a_mean_at_the_norm_leaves_no_room_and_few_shots_leave_all():
    edge = shot_noise.mean_interval(2, norm=2, shots=10, false_alarm=1e-6)
    few = shot_noise.mean_interval(0, norm=2, shots=2, false_alarm=1e-6)

    assert (edge.low, edge.high) == pytest.approx((2, 2))
    assert (few.low, few.high) == (-2, 2)


@pytest.mark.parametrize("rate", [0.2, 0.05])
@pytest.mark.parametrize(
    "probabilities",
    [COIN, GHZ, {"a": 0.9, "b": 0.09, "c": 0.01}],
    ids=["coin", "ghz", "rare"],
)
def test_counts_raise_no_more_false_alarms_than_they_say(probabilities, rate):
    alarms = sum(
        fails(assert_counts_close, counts, probabilities, false_alarm=rate)
        for counts in drawn(probabilities, shots=200, seed=1, runs=400)
    )
    # Four standard deviations of the number of alarms above the rate.
    assert alarms <= 400 * rate + 4 * math.sqrt(400 * rate * (1 - rate))


@pytest.mark.parametrize("rate", [0.2, 0.05])
@pytest.mark.parametrize("expected", [0.0, 0.7, -0.98, 1.0])
def test_expectations_raise_no_more_false_alarms_than_they_say(expected, rate):
    ones = np.random.default_rng(2).binomial(500, (1 + expected) / 2, size=RUNS)
    seen = np.unique_counts(ones)
    alarms = sum(
        int(runs)
        for count, runs in zip(seen.values, seen.counts, strict=True)
        if fails(
            assert_expectation_close,
            2 * count / 500 - 1,
            expected,
            shots=500,
            false_alarm=rate,
        )
    )
    assert alarms <= RUNS * rate + 4 * math.sqrt(RUNS * rate * (1 - rate))


def test_standard_errors_raise_as_many_false_alarms_as_they_say():
    values = np.random.default_rng(3).normal(1.0, 0.1, size=RUNS)
    alarms = sum(
        fails(assert_expectation_close, value, 1.0, standard_error=0.1, false_alarm=0.1)
        for value in values
    )
    assert alarms == pytest.approx(RUNS * 0.1, abs=4 * math.sqrt(RUNS * 0.09))


def test_a_rate_of_one_in_a_million_still_sees_a_real_deviation():
    biased = drawn({"0": 0.56, "1": 0.44}, shots=10_000, seed=4, runs=100)
    leaking = drawn({"000": 0.5, "111": 0.49, "011": 0.01}, 4096, seed=5, runs=100)

    assert all(fails(assert_counts_close, counts, COIN) for counts in biased)
    assert all(fails(assert_counts_close, counts, GHZ) for counts in leaking)


def test_a_sign_error_in_a_weak_signal_is_seen():
    ones = np.random.default_rng(6).binomial(4096, (1 + 0.2) / 2, size=100)
    measured = [2 * count / 4096 - 1 for count in ones]

    assert all(fails(assert_expectation_close, x, -0.2, shots=4096) for x in measured)
    assert not any(
        fails(assert_expectation_close, x, 0.2, shots=4096) for x in measured
    )
