"""All checks, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.doctor import (
    files,
    isolation,
    leftovers,
    room,
    service,
    simulator,
    variables,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.doctor.diagnosis import Diagnosis
    from toolkit.doctor.situation import Situation

__all__ = ["examine"]

_CHECKS = (
    versions.check,
    simulator.check,
    isolation.check,
    variables.check,
    files.check,
    leftovers.check,
    service.check,
    room.check,
)


def examine(situation: Situation) -> Iterator[Diagnosis]:
    """Look at everything; what one check finds does not keep the others away.

    Args:
        situation: Where to look, and whether to mend.

    Yields:
        Each diagnosis when it is known; some take seconds.
    """
    for check in _CHECKS:
        yield from check(situation)
