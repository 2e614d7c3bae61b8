"""Assertions that know shot noise, for a program's own tests."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from program_runtime.program import shot_noise
from program_runtime.program.shot_noise import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["FALSE_ALARM", "assert_counts_close", "assert_expectation_close"]

FALSE_ALARM = 1e-6
"""How often a correct program fails an assertion, at most: once in a million runs."""

_REST = "any other outcome"
_SHOWN = 3
_ROUNDING = 1e-9


def assert_counts_close(
    counts: Mapping[str, int],
    expected: Mapping[str, float],
    *,
    tolerance: float = 0.0,
    false_alarm: float = FALSE_ALARM,
) -> None:
    """Fail if counts can hardly have come from the expected probabilities.

    Each outcome's count is held against the binomial distribution, and so are all
    outcomes together that ``expected`` does not name. The false-alarm rate is shared
    out equally among these tests (Bonferroni's correction), so that it holds for the
    assertion as a whole.

    Args:
        counts: How often each outcome was seen.
        expected: Probability of each outcome. What they lack to 1 is left for
            outcomes that are not named.
        tolerance: By how much the true probabilities may differ from the expected
            ones, such as by the noise of a device.
        false_alarm: Largest probability that counts of the expected distribution
            fail.

    Raises:
        AssertionError: An outcome was seen too often or too rarely; names all.
        ValueError: The expectation or the rates are none.

    Example:
        >>> assert_counts_close({"00": 489, "11": 511}, {"00": 0.5, "11": 0.5})
    """
    __tracebackhide__ = True
    _check_rates(tolerance, false_alarm)
    rest = 1 - _total(expected)
    shots = sum(counts.values())
    if shots < 1:
        raise AssertionError("The counts are empty: no shot was taken.")
    share = false_alarm / (len(expected) + 1)
    others = {name: count for name, count in counts.items() if name not in expected}
    other = _name_of(others)
    seen = {name: counts.get(name, 0) for name in expected}
    seen[other] = sum(others.values())
    wanted = {**expected, other: rest}
    surprises = list(_surprises(seen, wanted, shots, tolerance, share))
    if surprises:
        raise AssertionError(
            f"The counts of {shots} shots are not as expected:\n"
            + "\n".join(surprises)
            + f"\n{_meaning(tolerance, false_alarm)}"
        )


def assert_expectation_close(
    value: float,
    expected: float,
    *,
    shots: int | None = None,
    standard_error: float | None = None,
    norm: float = 1.0,
    tolerance: float = 0.0,
    false_alarm: float = FALSE_ALARM,
) -> None:
    """Fail if a measured expectation value can hardly belong to the expected one.

    With ``shots`` the bound is Hoeffding's and holds for any number of them (see
    `program_runtime.program.shot_noise.mean_interval`). With ``standard_error``
    it is that of a normal distribution, ``z * standard_error`` with ``z`` = 4.89 for
    one in a million, and as good as the given error.

    Args:
        value: What was measured.
        expected: The exact value.
        shots: Shots of each measured basis; an estimator's are ``1 / precision**2``.
        standard_error: What the estimator says of itself, in the place of ``shots``.
        norm: Largest absolute value that one shot can give: 1 for a Pauli string, the
            sum of the absolute coefficients for a sum of Pauli strings.
        tolerance: By how much the true value may differ from the expected one, such
            as by the noise of a device.
        false_alarm: Largest probability that a correct value fails.

    Raises:
        AssertionError: The value is too far away.
        ValueError: The arguments leave open how noisy the value is, or are out of
            range.

    Example:
        >>> assert_expectation_close(0.02, 0.0, shots=4096)
    """
    __tracebackhide__ = True
    _check_rates(tolerance, false_alarm)
    if (shots is None) == (standard_error is None):
        raise ValueError(
            "Say how noisy the value is: either shots=... or standard_error=..."
        )
    if standard_error is not None:
        near = _near_by_error(expected, standard_error, tolerance, false_alarm)
        basis = f"with a standard error of {standard_error:.3g}"
    else:
        near = _near_by_shots(expected, shots, norm, tolerance, false_alarm)
        basis = f"with {shots} shots"
    if value not in near.widened(_ROUNDING * norm):
        raise AssertionError(
            f"The expectation value is {value:.6g}, expected {expected:.6g}: {basis} "
            f"it lies between {near.low:.6g} and {near.high:.6g}.\n"
            f"{_meaning(tolerance, false_alarm, exact=standard_error is None)}"
        )


def _near_by_error(
    expected: float, standard_error: float, tolerance: float, false_alarm: float
) -> Interval:
    if not 0 <= standard_error < math.inf:
        raise ValueError(f"standard_error is {standard_error!r}, a number >= 0.")
    far = NormalDist().inv_cdf(1 - false_alarm / 2) * standard_error + tolerance
    return Interval(expected - far, expected + far)


def _near_by_shots(
    expected: float,
    shots: int | None,
    norm: float,
    tolerance: float,
    false_alarm: float,
) -> Interval:
    """Join the intervals of the smallest and the largest true value allowed."""
    if shots is None or shots < 1:
        raise ValueError(f"shots is {shots!r}, expected at least 1.")
    if abs(expected) > norm * (1 + _ROUNDING):
        raise ValueError(
            f"expected is {expected:.6g}, beyond the norm {norm:.6g}: norm=... is the "
            "sum of the absolute coefficients of the observable."
        )
    low, high = (
        shot_noise.mean_interval(mean, norm=norm, shots=shots, false_alarm=false_alarm)
        for mean in (expected - tolerance, expected + tolerance)
    )
    return Interval(low.low, high.high)


def _surprises(
    seen: Mapping[str, int],
    wanted: Mapping[str, float],
    shots: int,
    tolerance: float,
    false_alarm: float,
) -> Iterator[str]:
    """Describe each outcome that was seen too often or too rarely."""
    for name, probability in wanted.items():
        near = shot_noise.count_interval(
            low=max(0.0, probability - tolerance),
            high=min(1.0, probability + tolerance),
            shots=shots,
            false_alarm=false_alarm,
        )
        if seen[name] not in near:
            who = name if name.startswith(_REST) else repr(name)
            yield (
                f"  {who} was seen {seen[name]} times, expected "
                f"{probability * shots:.6g}: between {near.low} and {near.high}"
            )


def _name_of(others: Mapping[str, int]) -> str:
    """Name the outcomes that nobody expected, the most frequent first."""
    by_count = sorted(others, key=lambda name: -others[name])
    more = ", ..." if len(by_count) > _SHOWN else ""
    shown = ", ".join(map(repr, by_count[:_SHOWN])) + more
    return f"{_REST} ({shown})" if others else _REST


def _total(expected: Mapping[str, float]) -> float:
    for name, probability in expected.items():
        if not 0 <= probability <= 1:
            raise ValueError(
                f"The expected probability of {name!r} is {probability!r}, it must lie "
                "between 0 and 1: divide counts by the number of shots."
            )
    total = math.fsum(expected.values())
    if total > 1 + _ROUNDING:
        raise ValueError(f"The expected probabilities add up to {total:.9g}, not to 1.")
    # What only rounding leaves over is no room for other outcomes.
    return 1.0 if total > 1 - _ROUNDING else total


def _check_rates(tolerance: float, false_alarm: float) -> None:
    if not 0 < false_alarm < 1:
        raise ValueError(f"false_alarm is {false_alarm!r}, between 0 and 1.")
    if not 0 <= tolerance < math.inf:
        raise ValueError(f"tolerance is {tolerance!r}, a number >= 0.")


def _meaning(tolerance: float, false_alarm: float, *, exact: bool = True) -> str:
    """Say how sure the verdict is."""
    runs = f"once in {1 / false_alarm:,.0f} runs"
    how_often = f"{runs} at most" if exact else f"about {runs}"
    room = f", a tolerance of {tolerance:g} counted in" if tolerance else ""
    return (
        f"A correct program fails here {how_often} "
        f"(false-alarm rate {false_alarm:g}{room})."
    )
