"""What is there after a batch of attacks that was not there before."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import census

if TYPE_CHECKING:
    from program_runtime.execution import Runner

    from .companion import Companion
    from .house import House

_QUIET_S = 4.0
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Aftermath:
    """Knows how quiet looks.

    Args:
        runner: Its zygote and the children that wait are not left over.
        spool: The runner's folder.
        house: Whose own processes stay.
        companion: The job that still runs.
    """

    def __init__(
        self, runner: Runner, spool: Path, house: House, companion: Companion
    ) -> None:
        self._runner = runner
        self._spool = spool
        self._house = house
        self._companion = companion
        self._files = set(self._all_files())
        self._mounts = set(_mounts())
        self._memory = memory()
        self._descriptors = open_descriptors()

    async def left_by(self, nonces: set[str]) -> dict[str, list[str]]:
        """The processes of those runs that are still there after a while."""
        end = time.monotonic() + _QUIET_S
        while True:
            processes = census.below()
            census.bury(self._known(processes), processes)
            left: dict[str, list[str]] = {}
            for process in processes.values():
                run = process.run()
                if run in nonces:
                    left.setdefault(run, []).append(f"left process {process}")
            if not left or time.monotonic() > end:
                return left
            await asyncio.sleep(0.02)

    async def unrest(self) -> list[str]:
        """What is there that should not be, when no attack runs.

        The pool starts new children all the time, and these are told from others only
        when they wait; so it is looked twice, or until patience ends.
        """
        end = time.monotonic() + _QUIET_S
        clean = 0
        while clean < 2:
            found = self._count()
            clean = 0 if found else clean + 1
            if found and time.monotonic() > end:
                return found
            await asyncio.sleep(0.02 if found else 0)
        return self._growth()

    async def clean_up(self, nonces: set[str]) -> None:
        """After an attack that succeeded: make room for the next."""
        spare = self._known(census.below())
        await asyncio.to_thread(census.end_all, nonces, spare)
        for path in set(self._all_files()) - self._files:
            remove(path)

    def _growth(self) -> list[str]:
        """What the server holds more than before."""
        found = []
        memory_mib = (memory() - self._memory) >> 20
        if memory_mib > 128:
            found.append(f"the server's memory grew by {memory_mib} MiB")
        descriptors = open_descriptors() - self._descriptors
        if descriptors > 16:
            found.append(f"the server holds {descriptors} descriptors more")
        return found

    def _count(self) -> list[str]:
        processes = census.below()
        known = self._known(processes)
        census.bury(known, processes)
        strangers = [p for p in processes.values() if p.pid not in known]
        files = sorted(set(self._all_files()) - self._files)
        mounts = sorted(set(_mounts()) - self._mounts)
        return [
            *(f"left process {process}" for process in strangers),
            *(f"left file {path}" for path in files),
            *(f"left mounted: {line}" for line in mounts),
        ]

    def _known(self, processes: dict[int, census.Process]) -> set[int]:
        """Zygote, waiting children, the companion, what the driver started itself."""
        zygote = self._runner.health()["zygote_pid"] or 0
        waiting = {child.pid for child in self._runner._places._pool._waiting}
        known = {zygote} | self._house.own_processes
        known |= census.came_of(waiting, processes)
        return known | census.above(self._companion.processes(processes), processes)

    def _all_files(self) -> list[str]:
        folders = self._runner._places._work_root.iterdir()
        return [str(path) for path in (*folders, *self._spool.glob("payload-*"))]


def memory() -> int:
    """Bytes of this process that are in memory and its own."""
    fields = Path("/proc/self/statm").read_text().split()
    resident, shared = int(fields[1]), int(fields[2])
    return (resident - shared) * _PAGE


def open_descriptors() -> int:
    """How many this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))


def remove(path: str) -> None:
    """Remove what an attack made hard to remove, attributes of its files included."""
    for words in (
        ["chattr", "-R", "-i", "-a"],
        ["chmod", "-R", "u+rwx"],
        ["rm", "-rf"],
    ):
        subprocess.run([*words, path], check=False, capture_output=True)


def _mounts() -> list[str]:
    return Path("/proc/self/mounts").read_text().splitlines()
