"""A JSON object taken apart into the texts of its members, which stay as they are."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["members", "object_of"]

_SPACE = re.compile(r"[ \t\n\r]*")
_value_at = json.JSONDecoder().raw_decode


def members(text: str) -> dict[str, str]:
    """Return the text of each member of a JSON object, by its name.

    >>> members('{"a": 1.0, "b": [NaN, "x"]}')
    {'a': '1.0', 'b': '[NaN, "x"]'}

    Raises:
        ValueError: The text is no JSON object.
    """
    found: dict[str, str] = {}
    at = _expect(text, 0, "{")
    at = _after_space(text, at)
    if text[at : at + 1] == "}":
        _check_end(text, at + 1)
        return found
    while True:
        name, at = _name(text, at)
        start = _after_space(text, _expect(text, at, ":"))
        _, at = _value(text, start)
        found[name] = text[start:at]
        at = _after_space(text, at)
        if text[at : at + 1] == "}":
            _check_end(text, at + 1)
            return found
        at = _after_space(text, _expect(text, at, ","))


def object_of(found: Iterable[tuple[str, str]]) -> str:
    """Return the text of an object with these members.

    >>> object_of([("a", "1.0")])
    '{"a": 1.0}'
    """
    return f"{{{', '.join(f'{json.dumps(name)}: {text}' for name, text in found)}}}"


def _name(text: str, at: int) -> tuple[str, int]:
    start = _after_space(text, at)
    name, at = _value(text, start)
    if not isinstance(name, str):
        raise ValueError(f"has no name at {start}")  # noqa: TRY004 - of the text
    return name, at


def _value(text: str, start: int) -> tuple[object, int]:
    try:
        return _value_at(text, start)
    except RecursionError:
        raise ValueError(f"is nested too deeply at {start}") from None


def _expect(text: str, at: int, mark: str) -> int:
    at = _after_space(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(f"has no {mark!r} at {at}")
    return at + 1


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _check_end(text: str, at: int) -> None:
    if _after_space(text, at) != len(text):
        raise ValueError(f"goes on after the object, at {at}")
