"""How far a measured number may lie from the truth by chance.

A measured number is a mean over shots, so that it scatters. Each function here answers
what a correct program shows in all but a share ``false_alarm`` of its runs. Both hold
for every number of shots: no normal approximation is made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Interval", "count_interval", "mean_interval"]

_STEPS = 60


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high``, both included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def widened(self, by: float) -> Interval:
        """Return the interval with so much more on both sides."""
        return Interval(self.low - by, self.high + by)


def count_interval(
    *, low: float, high: float, shots: int, false_alarm: float
) -> Interval:
    """Say how often an outcome is seen whose probability lies in a range.

    The count of an outcome has a binomial distribution. Its two tails
    ``P(X <= k) = I(1 - p; n - k, k + 1)`` and ``P(X >= k) = I(p; k, n - k + 1)``, with
    the regularised incomplete beta function ``I``, are each held to
    ``false_alarm / 2``: the test of Clopper and Pearson, Biometrika 26 (1934) 404.

    Args:
        low: Smallest probability of the outcome.
        high: Largest one.
        shots: Number of shots.
        false_alarm: Largest probability that a count outside comes by chance.

    Returns:
        The smallest and the largest count that are no surprise.
    """
    from scipy.special import betainc  # noqa: PLC0415 - 0.1 s

    def rare_below(count: int) -> bool:
        return bool(betainc(shots - count, count + 1, 1 - low) < false_alarm / 2)

    def rare_above(count: int) -> bool:
        return bool(betainc(count, shots - count + 1, high) < false_alarm / 2)

    least, most = 0, shots
    while least < most:
        middle = (least + most) // 2
        least, most = (middle + 1, most) if rare_below(middle) else (least, middle)
    smallest, least, most = least, 0, shots
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (least, middle - 1) if rare_above(middle) else (middle, most)
    return Interval(smallest, least)


def mean_interval(
    mean: float, *, norm: float, shots: int, false_alarm: float
) -> Interval:
    """Say where the mean of a bounded quantity is measured.

    Theorem 1 of Hoeffding, J. Am. Stat. Assoc. 58 (1963) 13: for values between
    ``-norm`` and ``norm`` with the mean ``m``, scaled to ``q = (m / norm + 1) / 2``, a
    mean over ``n`` shots reaches ``p > q`` with a probability of at most
    ``exp(-n D(p, q))``, where ``D(p, q) = p ln(p/q) + (1-p) ln((1-p)/(1-q))``; likewise
    below. Each side gets ``false_alarm / 2``. It is never wider than the better known
    ``norm * sqrt(2 ln(2 / false_alarm) / n)``, and narrow where ``m`` is near ``norm``.

    Args:
        mean: The true mean.
        norm: Largest absolute value that one shot can contribute.
        shots: Number of shots.
        false_alarm: Largest probability that a mean outside comes by chance.
    """
    truth = min(1.0, max(0.0, (mean / norm + 1) / 2))
    allowed = math.log(2 / false_alarm) / shots
    low = _farthest(truth, 0.0, allowed)
    high = _farthest(truth, 1.0, allowed)
    return Interval((2 * low - 1) * norm, (2 * high - 1) * norm)


def _farthest(truth: float, end: float, allowed: float) -> float:
    """Find the point towards ``end`` up to which the divergence is allowed."""
    if _divergence(end, truth) <= allowed:
        return end
    near, far = truth, end
    for _ in range(_STEPS):
        middle = (near + far) / 2
        if _divergence(middle, truth) <= allowed:
            near = middle
        else:
            far = middle
    return near


def _divergence(p: float, q: float) -> float:
    """Return the relative entropy of two coins, in nats."""
    return _part(p, q) + _part(1 - p, 1 - q)


def _part(p: float, q: float) -> float:
    if p <= 0:
        return 0.0
    return math.inf if q <= 0 else p * math.log(p / q)
