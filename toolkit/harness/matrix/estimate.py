"""A number that scatters from run to run."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Estimate", "estimate_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The mean of independent runs, and how sure it is."""

    mean: float
    standard_error: float | None
    """Of the mean; None for a single run."""
    runs: int

    def __str__(self) -> str:
        """Write as many digits as the standard error leaves sense to.

        Example:
            >>> str(Estimate(mean=-1.71342, standard_error=0.00213, runs=5))
            '-1.7134 ± 0.0021'
        """
        if self.standard_error is None:
            return f"{self.mean:.6g} ± ?"
        if self.standard_error <= abs(self.mean) * 1e-12:
            return f"{self.mean:.6g} ± 0"
        digits = max(0, 1 - math.floor(math.log10(self.standard_error)))
        return f"{self.mean:.{digits}f} ± {self.standard_error:.{digits}f}"


def estimate_of(numbers: Sequence[float]) -> Estimate:
    """Estimate the mean of which these are samples.

    The standard error is ``s / sqrt(n)``, with the standard deviation ``s`` of the
    sample (``n - 1`` in its denominator).

    Args:
        numbers: One of each run, at least one.
    """
    count = len(numbers)
    error = statistics.stdev(numbers) / math.sqrt(count) if count > 1 else None
    return Estimate(mean=statistics.fmean(numbers), standard_error=error, runs=count)
