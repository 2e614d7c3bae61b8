"""Durations as people write them: ``2h 30m 40s``."""

from __future__ import annotations

import re

__all__ = ["to_seconds"]

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PART = re.compile(r"\s*(\d+)\s*([dhms])", re.IGNORECASE)


def to_seconds(duration: int | str) -> int:
    """Seconds of a number of seconds or of a text such as ``2h 30m``.

    Raises:
        ValueError: The text is no duration, or it is not above zero.

    >>> to_seconds("2h 30m 40s")
    9040
    """
    seconds = _parse(duration) if isinstance(duration, str) else duration
    if not isinstance(seconds, int) or seconds is True or seconds <= 0:
        raise ValueError(f"{duration!r} is no duration above zero")
    return seconds


def _parse(text: str) -> int:
    seconds, position = 0, 0
    while position < len(text.rstrip()):
        part = _PART.match(text, position)
        if part is None:
            raise ValueError(f"{text!r} is no duration such as '2h 30m' or 600")
        seconds += int(part[1]) * _SECONDS[part[2].lower()]
        position = part.end()
    return seconds
