"""How values, messages and curves look to a person at a terminal."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

import click

BARS = "▁▂▃▄▅▆▇█"
SHOWN_ITEMS = 6
TEXT_WIDTH = 200


def decoded(text: str | None) -> Any:
    """Decode an encoded text; what is no JSON stays text."""
    if text is None:
        return None
    try:
        if "__type__" not in text:
            return json.loads(text)
        from program_runtime import codec  # noqa: PLC0415 - only for encoded values

        return codec.decode(text)
    except ValueError:
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
    """Escape what would steer a terminal: programs write this text."""
    safe = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    return safe if len(safe) <= TEXT_WIDTH else safe[: TEXT_WIDTH - 1] + "…"


def message(value: Any) -> str:
    """Say one interim result; the outermost braces are left out."""
    if isinstance(value, Mapping):
        return "  ".join(f"{plain(str(k))} {brief(v)}" for k, v in value.items())
    return brief(value)


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

    def add(self, value: Any) -> bool:
        """Take one message; say whether it held the key as a number."""
        if isinstance(value, Mapping):
            found = value.get(self.key)
            if isinstance(found, int | float) and not isinstance(found, bool):
                self.values.append(float(found))
                return True
        return False

    def text(self) -> str:
        """Draw the line as it stands."""
        last = f"{self.values[-1]:.6f}" if self.values else "-"
        count = len(self.values)
        return f"{self.key} {last}  {sparkline(self.values)}  ({count} values)"

    def draw(self) -> None:
        """Draw over the last line of stderr."""
        width = shutil.get_terminal_size().columns - 1
        click.echo("\r\x1b[2K" + self.text()[:width], err=True, nl=False)


def _first(items: Any) -> list[Any]:
    return [item for item, _ in zip(items, range(SHOWN_ITEMS), strict=False)]


def _more(count: int) -> str:
    return f", … {count} in all" if count > SHOWN_ITEMS else ""
