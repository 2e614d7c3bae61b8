"""Who runs the jobs: here, or in memory for tests."""

from program_runtime.service.executors.local import LocalExecutor
from program_runtime.service.executors.memory import (
    InMemoryExecutor,
    ProcessLost,
    ScriptedRun,
)
from program_runtime.service.executors.protocol import Executor

__all__ = [
    "Executor",
    "InMemoryExecutor",
    "LocalExecutor",
    "ProcessLost",
    "ScriptedRun",
]
