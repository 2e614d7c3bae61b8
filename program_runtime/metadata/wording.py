"""How messages name values, kinds of values and JSON paths."""

from __future__ import annotations

import itertools
import re
import reprlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["count", "did_you_mean", "join", "kind", "listed", "name", "show"]

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60
_SHORT.maxlevel = 2
_KINDS = {
    "NoneType": "null",
    "bool": "a boolean",
    "complex": "a complex number",
    "dict": "an object",
    "float": "a number",
    "int": "an integer",
    "list": "a list",
    "ndarray": "an array",
    "str": "a string",
}
_LISTED = 20
_NAME = 80
_NAMES = 500
_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$-]{0,79}\Z")
_PATH = 500


def show(value: Any) -> str:
    """Return a short form of a value, whatever its size."""
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        value = value.item()
    if not isinstance(value, (str, int, float, complex, list, tuple, dict)):
        return kind(value)
    try:
        return _SHORT.repr(value)
    except ValueError:  # an int of more digits than Python prints
        return "a very long integer"


def kind(value: Any) -> str:
    """Name the kind of a value: ``a string``, ``a QuantumCircuit``."""
    name = type(value).__name__
    if name in _KINDS:
        return _KINDS[name]
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def count(number: int, noun: str) -> str:
    """Return ``1 qubit`` or ``2 qubits``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(values: Iterable[Any]) -> str:
    """Return the values, shown and joined by commas; not all if there are many."""
    shown = [show(value) for value in itertools.islice(values, _LISTED + 1)]
    return ", ".join([*shown[:_LISTED], "..."] if len(shown) > _LISTED else shown)


def name(text: str) -> str:
    """Return a name as it is, or quoted and cut where it may not be printed so."""
    is_plain = text.isprintable() and 0 < len(text) <= _NAME
    return text if is_plain else show(text)


def did_you_mean(given: Any, known: Iterable[Any]) -> str | None:
    """Return a hint that names the known text nearest to the given one."""
    if not isinstance(given, str):
        return None
    import difflib  # noqa: PLC0415 - only errors need it

    # The comparison takes quadratic time; names are short and few.
    texts = [each for each in known if isinstance(each, str) and len(each) <= _NAME]
    near = difflib.get_close_matches(given[:_NAME], texts[:_NAMES], n=1)
    if not near:
        folded = {text.casefold(): text for text in texts}
        near = [text for text in [folded.get(given.casefold())] if text]
    return f"did you mean {near[0]!r}?" if near else None


def join(base: str, parts: Iterable[Any]) -> str:
    """Return the path of a part: ``$`` and ``["a", 3]`` make ``$.a[3]``.

    An empty base makes the first name stand alone, as inputs are named. A path that
    gets too long ends with dots.
    """
    path = base
    for part in parts:
        if len(path) > _PATH:
            return path if path.endswith("...") else f"{path}..."
        if isinstance(part, str) and not path:
            path = name(part)
        elif isinstance(part, str) and _PLAIN_KEY.match(part):
            path = f"{path}.{part}"
        else:
            path = f"{path}[{show(part)}]"
    return path
