"""Zero-noise extrapolation: what a value would be if the noise were gone."""

from __future__ import annotations

import re
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from program_runtime.errors import BadInputsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

__all__ = ["Extrapolated", "check_extrapolators", "extrapolate"]

_STEP = 1e-4
_POLYNOMIAL = re.compile(r"polynomial_degree_([1-7])")

Extrapolated = tuple[float, float, str]
"""A value, its standard error, and the extrapolator that gave it."""

_Fit = Any


def check_extrapolators(names: Sequence[str], factors: Sequence[float]) -> None:
    """Refuse what can not be extrapolated.

    Args:
        names: The extrapolators, in the order in which they are tried.
        factors: The noise factors.

    Raises:
        BadInputsError: An extrapolator is not known or needs more factors, or the
            package for it is missing.
    """
    known = ("exponential", "linear", "polynomial_degree_1 ... _7", "fallback")
    for name in names:
        if name != "fallback" and _least_factors(name) is None:
            raise BadInputsError(
                f"The extrapolator {name!r} is not known, expected one of "
                f"{', '.join(known)}."
            )
        least = _least_factors(name) or 1
        if len(set(factors)) < least:
            raise BadInputsError(
                f"The extrapolator {name!r} needs {least} noise factors, "
                f"{len(set(factors))} are given: {list(factors)}."
            )
    if min(factors) < 1:
        raise BadInputsError(f"A noise factor is {min(factors)}, expected 1 or more.")
    # Importing it takes seconds; this is before anything runs.
    if find_spec("mitiq") is None:
        raise BadInputsError(
            "Zero-noise extrapolation needs the package mitiq where jobs run.",
            hint="Install it: pip install 'qiskit-program-toolkit[extrapolation]'; "
            "or ask for resilience level 1 or 0.",
        )


def extrapolate(
    names: Sequence[str],
    factors: Sequence[float],
    values: NDArray[np.float64],
    errors: NDArray[np.float64],
) -> Extrapolated:
    """Extrapolate one value to no noise, with the first extrapolator that can.

    Args:
        names: Extrapolators, the first that fits is taken.
        factors: By how much the noise was larger.
        values: One for each factor.
        errors: Their standard errors.
    """
    largest = max(1.0, float(np.abs(values).max()))
    for name in names:
        if name == "fallback":
            break
        fit = _fit(name)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = float(fit(factors, values))
                error = _error(fit, factors, values, errors, _STEP * largest)
        except (ValueError, ArithmeticError, _extrapolation_error()):
            continue
        # An exponential through noise may end anywhere.
        if np.isfinite([found, error]).all() and error <= largest:
            return found, error, name
    return float(values[0]), float(errors[0]), "fallback"


def _error(
    fit: _Fit,
    factors: Sequence[float],
    values: NDArray[np.float64],
    errors: NDArray[np.float64],
    step: float,
) -> float:
    """Propagate the errors of the values."""
    variance = 0.0
    for index, error in enumerate(errors):
        shift = np.zeros(len(values))
        shift[index] = step
        slope = (fit(factors, values + shift) - fit(factors, values - shift)) / step / 2
        variance += (float(slope) * float(error)) ** 2
    return float(np.sqrt(variance))


def _fit(name: str) -> Callable[[Sequence[float], NDArray[np.float64]], float]:
    inference = _mitiq()
    if name == "exponential":
        return lambda xs, ys: inference.ExpFactory.extrapolate(xs, ys, asymptote=0.0)
    match = _POLYNOMIAL.fullmatch(name)
    order = int(match[1]) if match else 1
    return lambda xs, ys: inference.PolyFactory.extrapolate(xs, ys, order)


def _least_factors(name: str) -> int | None:
    match = _POLYNOMIAL.fullmatch(name)
    if match:
        return int(match[1]) + 1
    return {"exponential": 2, "linear": 2}.get(name)


def _mitiq() -> Any:
    from mitiq.zne import inference  # noqa: PLC0415 - an extra, and slow

    return inference


def _extrapolation_error() -> type[Exception]:
    kind: type[Exception] = _mitiq().ExtrapolationError
    return kind
