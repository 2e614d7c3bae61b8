"""What keeps a program inside its bounds: levels, and the stages of confinement."""

from __future__ import annotations

from program_runtime.execution.confinement.level import (
    AUTO,
    Level,
    choose_level,
    levels_to_try,
)
from program_runtime.execution.confinement.stages import (
    confine,
    get_ready,
    isolate,
    restrict,
)
from program_runtime.execution.confinement.walls import Walls

__all__ = [
    "AUTO",
    "Level",
    "Walls",
    "choose_level",
    "confine",
    "get_ready",
    "isolate",
    "levels_to_try",
    "restrict",
]
