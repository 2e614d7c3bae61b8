"""Ways to start a child, and which one fits this system."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from program_runtime.execution.launch.bubblewrap import bubblewrap
from program_runtime.execution.launch.protocol import Child, ChildExit, Launcher
from program_runtime.execution.launch.spawn_launcher import SpawnLauncher

if TYPE_CHECKING:
    from program_runtime.execution.launch.zygote_launcher import ZygoteLauncher

__all__ = [
    "Child",
    "ChildExit",
    "Launcher",
    "SpawnLauncher",
    "ZygoteLauncher",
    "bubblewrap",
    "default_launcher",
]


def default_launcher(*, jobs_per_zygote: int = 1000, light: bool = False) -> Launcher:
    """Fork where forking is safe, spawn elsewhere.

    Args:
        jobs_per_zygote: After so many children a zygote is replaced.
        light: Import as little as possible beforehand: for a single job.

    Returns:
        A launcher that is not started yet.
    """
    if sys.platform != "linux":
        return SpawnLauncher()
    from program_runtime.execution.launch.zygote_launcher import (  # noqa: PLC0415
        ZygoteLauncher,
    )

    return ZygoteLauncher(jobs_per_zygote=jobs_per_zygote, light=light)


def __getattr__(name: str) -> object:
    if name == "ZygoteLauncher":
        from program_runtime.execution.launch import zygote_launcher  # noqa: PLC0415

        return zygote_launcher.ZygoteLauncher
    raise AttributeError(name)
