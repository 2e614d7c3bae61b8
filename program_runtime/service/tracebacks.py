"""Tracebacks for who may run a program and not read it: places, without source."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from program_runtime.execution.events import EventType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.execution.events import Event
    from program_runtime.execution.outcome import Outcome

__all__ = ["hide_source", "without_source"]

# Within an exception group each line has a bar before it.
_PLACE = re.compile(r'(?:[ ]*\|)?[ ]*File "')
_BELOW_PLACE = re.compile(r"(?:[ ]*\|)?[ ]{4,}")


def without_source(text: str) -> str:
    r"""Leave out the lines of source, and the marks below them.

    >>> without_source('  File "a.py", line 3, in main\n    x = 1 / 0\nError: no')
    '  File "a.py", line 3, in main\nError: no'
    """
    kept = []
    below_place = False
    for line in text.split("\n"):
        if _PLACE.match(line):
            below_place = True
        elif below_place and _BELOW_PLACE.match(line):
            continue
        else:
            below_place = False
        kept.append(line)
    return "\n".join(kept)


def hide_source(
    events: Sequence[Event], outcome: Outcome
) -> tuple[list[Event], Outcome]:
    """Return the end of a job as who may not read its program may see it."""
    hidden = replace(
        outcome,
        message=_hidden(outcome.message),
        traceback=_hidden(outcome.traceback),
    )
    return [_without_source(event) for event in events], hidden


def _without_source(event: Event) -> Event:
    if event.type is not EventType.ERROR or event.data is None:
        return event
    error = json.loads(event.data)
    for key in ("message", "traceback"):
        error[key] = _hidden(error[key])
    return replace(event, data=json.dumps(error))


def _hidden(text: str | None) -> str | None:
    return None if text is None else without_source(text)
