"""How values, messages and curves look to a person at a terminal."""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Mapping, Sequence
from typing import Any

import click

from toolkit.cli import _terminal

BARS = "▁▂▃▄▅▆▇█"
SHOWN_ITEMS = 6
TEXT_WIDTH = 200
FRAME_S = 0.05
"""Between two drawings of a live line; messages come a thousand times faster."""


def decoded(text: str) -> Any:
    """Decode an encoded text; what is no JSON stays text."""
    try:
        if "__type__" not in text:
            return json.loads(text)
        from program_runtime import codec  # noqa: PLC0415 - only for encoded values

        return codec.decode(text)
    except (ValueError, RecursionError):
        return text


def brief(value: Any) -> str:
    """Say a value in a few words: six digits, six items, no base64."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, Mapping):
        inner = (f"{plain(str(k))}={brief(v)}" for k, v in _first(value.items()))
        return "{" + ", ".join(inner) + _more(len(value)) + "}"
    if isinstance(value, Sequence):
        inner = (brief(v) for v in _first(value))
        return "[" + ", ".join(inner) + _more(len(value)) + "]"
    if hasattr(value, "tolist"):
        return brief(value.tolist())
    known = value is None or isinstance(value, bool)
    return plain(json.dumps(value) if known else repr(value))


def plain(text: str) -> str:
    """Write a program's text in one line of bounded length."""
    safe = _terminal.one_line(text)
    return safe if len(safe) <= TEXT_WIDTH else safe[: TEXT_WIDTH - 1] + "…"


def message(value: Any) -> str:
    """Say one interim result; the outermost braces are left out."""
    if isinstance(value, Mapping):
        return "  ".join(f"{plain(str(k))} {brief(v)}" for k, v in value.items())
    return brief(value)


def numbers(value: Any) -> list[str]:
    """Name the keys of an interim result that hold a number."""
    if not isinstance(value, Mapping):
        return []
    return [
        str(key)
        for key, held in value.items()
        if isinstance(held, int | float) and not isinstance(held, bool)
    ]


def sparkline(values: Sequence[float], width: int = 40) -> str:
    """Draw a curve in one line of text, newest value at the right."""
    finite = [v for v in values if math.isfinite(v)]
    if not finite:
        return ""
    step = max(1, math.ceil(len(finite) / width))
    kept = finite[::step]
    low, high = min(kept), max(kept)
    span = (high - low) or 1.0
    return "".join(BARS[round((v - low) / span * (len(BARS) - 1))] for v in kept)


class Curve:
    """One live line for one key of the interim results."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.values: list[float] = []
        self._next_s = 0.0

    def add(self, value: Any) -> bool:
        """Take one message; say whether it held the key as a number."""
        if self.key not in numbers(value):
            return False
        try:
            self.values.append(float(value[self.key]))
        except OverflowError:  # a whole number of more than 308 digits
            return False
        return True

    def text(self) -> str:
        """Draw the line as it stands."""
        last = f"{self.values[-1]:.6f}" if self.values else "-"
        count = f"{len(self.values)} value{'s' * (len(self.values) != 1)}"
        return f"{plain(self.key)} {last}  {sparkline(self.values)}  ({count})"

    def draw(self) -> None:
        """Draw over the last line of stderr."""
        width = shutil.get_terminal_size().columns - 1
        click.echo("\r\x1b[2K" + self.text()[:width], err=True, nl=False)

    def draw_soon(self) -> bool:
        """Draw unless the line was just drawn; say whether it was."""
        now = time.monotonic()
        if now < self._next_s:
            return False
        self._next_s = now + FRAME_S
        self.draw()
        return True


def _first(items: Any) -> list[Any]:
    return [item for item, _ in zip(items, range(SHOWN_ITEMS), strict=False)]


def _more(count: int) -> str:
    return f", … {count} in all" if count > SHOWN_ITEMS else ""
