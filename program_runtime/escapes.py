"""Text of strangers on its way to a terminal or into a log: nothing in it steers."""

from __future__ import annotations

import re

__all__ = ["in_json", "one_line", "safe"]

# Controls, direction marks and half characters; a tab and a line feed do no harm.
_STEERING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    r"\ud800-\udfff]"
)


def safe(text: str) -> str:
    r"""Escape what would steer a terminal; lines stay lines.

    >>> safe("\x1b[2Jgone")
    '\\x1b[2Jgone'
    """
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], text)


def one_line(text: str) -> str:
    """Escape what would steer a terminal or end the line."""
    return safe(text).replace("\n", "\\n").replace("\t", "\\t")


def in_json(text: str) -> str:
    r"""Escape what would steer a terminal in a JSON text; its value stays the same.

    >>> in_json('"\u202e"')
    '"\\u202e"'
    """
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
