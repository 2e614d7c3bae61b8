"""What an option may be: a rule takes a value and says what is wrong with it.

``None`` never reaches a rule: it is an option that was not set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

__all__ = [
    "Rule",
    "called",
    "coupling",
    "each",
    "either",
    "flag",
    "free",
    "layout",
    "noise",
    "number",
    "one_of",
    "table",
    "text",
    "whole",
]

Rule = Callable[[Any], str | None]
"""Takes a value that was set; returns what is wrong with it, or None."""

_PAIR = 2


def whole(least: int, most: int | None = None) -> Rule:
    """A whole number in a range, both ends included."""

    def check(value: Any) -> str | None:
        if _is_whole(value) and value >= least and (most is None or value <= most):
            return None
        return f"{value!r} is no whole number {_range(least, most)}"

    return check


def number(
    least: float | None = None, most: float | None = None, *, above: float | None = None
) -> Rule:
    """A number in a range, its ends included but for ``above``."""

    def check(value: Any) -> str | None:
        if (
            _is_number(value)
            and (least is None or value >= least)
            and (above is None or value > above)
            and (most is None or value <= most)
        ):
            return None
        if above is not None:
            return f"{value!r} is no number above {above:g}"
        return f"{value!r} is no number {_range(least, most)}"

    return check


def flag(value: Any) -> str | None:
    """True or False."""
    return None if isinstance(value, bool) else f"{value!r} is neither True nor False"


def text(value: Any) -> str | None:
    """A string."""
    return None if isinstance(value, str) else f"{value!r} is no string"


def called(value: Any) -> str | None:
    """Something that can be called."""
    return None if callable(value) else f"{value!r} can not be called"


def table(value: Any) -> str | None:
    """A dict."""
    return None if isinstance(value, Mapping) else f"{value!r} is no dict"


def free(_value: Any) -> str | None:
    """Whatever the program makes of it."""
    return None


def one_of(*words: str, gone: Mapping[str, str] | None = None) -> Rule:
    """One of some words; ``gone`` says what to use in place of former ones."""

    def check(value: Any) -> str | None:
        if isinstance(value, str) and value in words:
            return None
        if gone and isinstance(value, str) and value in gone:
            return f"{value!r} was removed from Qiskit; use {gone[value]!r}"
        return f"{value!r} is none of {', '.join(map(repr, words))}"

    return check


def either(*rules: Rule) -> Rule:
    """What one of the rules allows."""

    def check(value: Any) -> str | None:
        said = [rule(value) for rule in rules]
        if None in said:
            return None
        shown = f"{value!r} "
        return " and ".join(
            str(one).removeprefix(shown) if index else str(one)
            for index, one in enumerate(said)
        )

    return check


def each(rule: Rule, *, least: int = 0) -> Rule:
    """A list of at least ``least`` values that the rule allows."""

    def check(value: Any) -> str | None:
        if not isinstance(value, (list, tuple)):
            return f"{value!r} is no list"
        if len(value) < least:
            return f"has {len(value)} values; at least {least} are needed"
        found = (
            f"[{place}]: {said}"
            for place, item in enumerate(value)
            if (said := rule(item)) is not None
        )
        return next(found, None)

    return check


def coupling(value: Any) -> str | None:
    """A ``CouplingMap``, or a list of pairs of qubits."""
    if callable(getattr(value, "get_edges", None)):
        return None
    if isinstance(value, (list, tuple)) and all(map(_is_pair, value)):
        return None
    return f"{value!r} is neither a CouplingMap nor a list of pairs of qubits"


def layout(value: Any) -> str | None:
    """Physical qubits by virtual ones, as a list or a dict without gaps."""
    qubits = value
    if isinstance(value, Mapping):
        if set(value) != set(range(len(value))):
            return f"{value!r} has other keys than the qubits 0 to {len(value) - 1}"
        qubits = list(value.values())
    if not isinstance(qubits, (list, tuple)) or not all(map(_is_qubit, qubits)):
        return f"{value!r} is no list of physical qubits"
    if len(set(qubits)) != len(qubits):
        return f"{value!r} names a qubit twice"
    return None


def noise(value: Any) -> str | None:
    """A ``NoiseModel`` of Aer, or its dict."""
    # By its name: importing Aer takes half a second.
    if isinstance(value, Mapping) or type(value).__name__ == "NoiseModel":
        return None
    return f"{type(value).__name__} is neither a NoiseModel nor its dict"


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and value is not True and value is not False


def _is_whole(value: Any) -> bool:
    return isinstance(value, Integral) and value is not True and value is not False


def _is_qubit(value: Any) -> bool:
    return _is_whole(value) and value >= 0


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == _PAIR
        and all(map(_is_qubit, value))
    )


def _range(least: float | None, most: float | None) -> str:
    if most is None:
        return f"from {least:g} on"
    return f"from {least:g} to {most:g}"
