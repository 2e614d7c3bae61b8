"""How well programs can be confined on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.errors import ProgramRuntimeError
from toolkit.doctor.diagnosis import Diagnosis, problem, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.doctor.situation import Situation

__all__ = ["check"]

_AUTO = "auto"
_STRENGTH = ("strong", "reduced", "none")
_MEANING = {
    "reduced": "programs see the process list and share a user; see docs/security.md",
    "none": "run only programs that you trust: they can do whatever you can",
}


def check(situation: Situation) -> Iterator[Diagnosis]:
    """Try the levels, and say what stands against those that are not offered."""
    from program_runtime.execution.confinement import probe  # noqa: PLC0415 - ctypes

    try:
        found = probe.probe_machine()
    except (OSError, ProgramRuntimeError) as err:
        yield problem("isolation", f"the levels can not be tried: {err}")
        return
    offered = [level for level in _STRENGTH if found.get(level) == []]
    best = offered[0] if offered else "none"
    asked = situation.isolation
    if asked != _AUTO and asked not in offered:
        yield problem(
            "isolation",
            f"{asked} is asked for, but not offered: {_reasons(found, asked)}",
            f"Choose {best} or auto, or mend what stands against it.",
        )
    elif best == _STRENGTH[0]:
        yield Diagnosis(name="isolation", message="strong")
    else:
        stronger = _STRENGTH[: _STRENGTH.index(best)]
        reasons = "; ".join(f"not {one}: {_reasons(found, one)}" for one in stronger)
        yield warning("isolation", f"{best}; {reasons}", _MEANING[best])


def _reasons(found: Mapping[str, list[str]], level: str) -> str:
    return "; ".join(found.get(level, ["it was not tried"]))
