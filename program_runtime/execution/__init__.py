"""Runs one ``main``: a child process, a channel, events, and a supervisor that decides.

The supervisor's side imports neither Qiskit nor NumPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from program_runtime.execution.confinement import (
        AUTO,
        Level,
        Walls,
        choose_level,
        levels_to_try,
    )
    from program_runtime.execution.control import JobControl
    from program_runtime.execution.events import Blob, Event, EventType
    from program_runtime.execution.launch import (
        Child,
        ChildExit,
        Launcher,
        SpawnLauncher,
        ZygoteLauncher,
        bubblewrap,
        default_launcher,
    )
    from program_runtime.execution.limits import Limits
    from program_runtime.execution.outcome import JobStatus, Outcome, Usage
    from program_runtime.execution.runner import Runner
    from program_runtime.execution.sink import EventSink, MemorySink
    from program_runtime.execution.spec import JobSpec

__all__ = [
    "AUTO",
    "Blob",
    "Child",
    "ChildExit",
    "Event",
    "EventSink",
    "EventType",
    "JobControl",
    "JobSpec",
    "JobStatus",
    "Launcher",
    "Level",
    "Limits",
    "MemorySink",
    "Outcome",
    "Runner",
    "SpawnLauncher",
    "Usage",
    "Walls",
    "ZygoteLauncher",
    "bubblewrap",
    "choose_level",
    "default_launcher",
    "levels_to_try",
]

_HOMES: Final = {
    "AUTO": "confinement",
    "Blob": "events",
    "Child": "launch",
    "ChildExit": "launch",
    "Event": "events",
    "EventSink": "sink",
    "EventType": "events",
    "JobControl": "control",
    "JobSpec": "spec",
    "JobStatus": "outcome",
    "Launcher": "launch",
    "Level": "confinement",
    "Limits": "limits",
    "MemorySink": "sink",
    "Outcome": "outcome",
    "Runner": "runner",
    "SpawnLauncher": "launch",
    "Usage": "outcome",
    "Walls": "confinement",
    "ZygoteLauncher": "launch",
    "bubblewrap": "launch",
    "choose_level": "confinement",
    "default_launcher": "launch",
    "levels_to_try": "confinement",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
