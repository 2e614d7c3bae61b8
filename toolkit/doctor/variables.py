"""Is there a variable in the environment that is misspelt, and so does nothing?"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from toolkit.doctor.diagnosis import warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.doctor.diagnosis import Diagnosis
    from toolkit.doctor.situation import Situation

__all__ = ["PREFIX", "check"]

PREFIX = "QRT_"


def check(situation: Situation) -> Iterator[Diagnosis]:
    """Look at the names that begin as ours do."""
    known = {*situation.known_variables, *_of_the_service()}
    for name in sorted(situation.variables):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "docs/commands.md has all."
            yield warning("environment", f"{name} is set, and nothing reads it", hint)


def _of_the_service() -> Iterator[str]:
    try:
        from program_runtime.service.settings import Settings  # noqa: PLC0415 - extra
    except ImportError:
        return
    yield from (f"{PREFIX}{name.upper()}" for name in Settings.model_fields)
