"""What a terminal may be sent: no escapes of other people's, colour where wanted."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from typing import TextIO

# Controls, direction marks and half characters; a tab and a line feed do no harm.
_STEERING = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    r"\ud800-\udfff]"
)


def safe(text: str) -> str:
    """Escape what would steer a terminal; lines stay lines."""
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], text)


def one_line(text: str) -> str:
    """Escape what would steer a terminal or end the line."""
    return safe(text).replace("\n", "\\n").replace("\t", "\\t")


def is_smart(stream: TextIO) -> bool:
    """Whether a line that was written to the stream can be drawn over."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, stream: TextIO, **style: Any) -> str:
    """Colour a word where a person sees it and did not ask for none."""
    if not is_smart(stream) or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, **style)
