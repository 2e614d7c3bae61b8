"""Run a project here exactly as the service would, and say what would differ."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.harness.bad_network import deliver
    from toolkit.harness.interruption import kill_and_resume
    from toolkit.harness.machine import Harness
    from toolkit.harness.parity import Measure, ParityReport
    from toolkit.harness.run import HarnessRun, run_project

__all__ = [
    "Harness",
    "HarnessRun",
    "Measure",
    "ParityReport",
    "deliver",
    "kill_and_resume",
    "run_project",
]

_HOMES = {
    "Harness": "machine",
    "HarnessRun": "run",
    "Measure": "parity",
    "ParityReport": "parity",
    "deliver": "bad_network",
    "kill_and_resume": "interruption",
    "run_project": "run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
