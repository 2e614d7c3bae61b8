"""The log of the server: who is named in it can neither steer nor forge a line."""

from __future__ import annotations

import logging
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from program_runtime.escapes import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LineFormatter", "on_stderr"]

_FORM: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
_BELOW: Final = "    | "
"""Before each further line of a record: no record begins like this."""

# A second wall: nothing should bring a secret here in the first place.
_SECRETS: Final = (
    (re.compile(r"qrt_[A-Za-z0-9_-]{20,}"), "qrt_********"),
    (
        re.compile(r"(?i)(authorization['\"]?\s*[:=,]\s*[^\w]*(?:\w+ )?)\S+"),
        r"\1********",
    ),
    (re.compile(r"(\w://[^\s:/@]*:)[^\s/@]+@"), r"\1********@"),
)
_ON_THE_WIRE: Final = ("uvicorn.error", "uvicorn.access", "websockets")
"""At DEBUG these write down headers and messages as they come."""


class LineFormatter(logging.Formatter):
    """Writes one record a line; tracebacks below it, marked as such."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the text of a record."""
        record.message = record.getMessage()
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        lines = [one_line(_masked(self.formatMessage(record)))]
        for more in self._below(record):
            lines += [f"{_BELOW}{one_line(line)}" for line in _masked(more).split("\n")]
        return "\n".join(lines)

    def _below(self, record: logging.LogRecord) -> Iterator[str]:
        if record.exc_info:
            yield self.formatException(record.exc_info)
        if record.stack_info:
            yield self.formatStack(record.stack_info)


@contextmanager
def on_stderr(level: int = logging.WARNING) -> Iterator[None]:
    """Write the log to stderr, and there alone, while the service runs.

    Args:
        level: What is worth a line.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(_FORM))
    root = logging.getLogger()
    before = root.handlers[:], root.level
    wires = {name: logging.getLogger(name).level for name in _ON_THE_WIRE}
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in wires:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
    try:
        yield
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
        for name, was in wires.items():
            logging.getLogger(name).setLevel(was)


def _masked(text: str) -> str:
    for secret, mask in _SECRETS:
        text = secret.sub(mask, text)
    return text
