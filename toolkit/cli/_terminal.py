"""What a terminal may be sent: no escapes of other people's, colour where wanted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from program_runtime.escapes import one_line, safe

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["is_smart", "one_line", "paint", "safe"]


def is_smart(stream: TextIO) -> bool:
    """Whether a line that was written to the stream can be drawn over."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, stream: TextIO, **style: Any) -> str:
    """Colour a word where a person sees it and did not ask for none."""
    if not is_smart(stream) or os.environ.get("NO_COLOR"):
        return text
    return click.style(text, **style)
