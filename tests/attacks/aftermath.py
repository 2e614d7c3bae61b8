"""What is there after a batch of attacks that was not there before."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from typing import TYPE_CHECKING

from . import census

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from program_runtime.execution import Runner

    from .companion import Companion
    from .house import House

_QUIET_S = 4.0
_PAGE = os.sysconf("SC_PAGE_SIZE")

Sign = tuple[str | None, str]
"""The nonce of the run that left it, where that can be told, and what it is."""


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

    async def leftovers(self, nonces: Iterable[str]) -> list[Sign]:
        """Look until there is nothing, twice, or patience ends.

        Nothing of a job may be left when its run returns, but the pool starts new
        children all the time, and these are told from others only when they wait.
        """
        end = time.monotonic() + _QUIET_S
        clean = 0
        while clean < 2:
            found = self._count(set(nonces))
            clean = 0 if found else clean + 1
            if found and time.monotonic() > end:
                return found
            await asyncio.sleep(0.02 if found else 0)
        return []

    def growth(self) -> list[str]:
        """What the server holds more than before."""
        found = []
        memory_mib = (memory() - self._memory) >> 20
        if memory_mib > 128:
            found.append(f"the server's memory grew by {memory_mib} MiB")
        descriptors = open_descriptors() - self._descriptors
        if descriptors > 16:
            found.append(f"the server holds {descriptors} descriptors more")
        return found

    async def clean_up(self, nonces: Iterable[str]) -> None:
        """After an attack that succeeded: make room for the next."""
        spare = self._known(census.everybody())
        await asyncio.to_thread(census.end_all, set(nonces), spare)
        for path in set(self._all_files()) - self._files:
            remove(path)

    def _count(self, nonces: set[str]) -> list[Sign]:
        everybody = census.everybody()
        known = self._known(everybody)
        census.bury(known)
        told = {}
        for nonce, processes in census.left_by(nonces, everybody).items():
            told |= {process.pid: (nonce, process) for process in processes}
        found: list[Sign] = [(n, f"left process {p}") for n, p in told.values()]
        strangers = set(census.below(os.getpid(), everybody)) - known - set(told)
        found += [(None, f"left process {everybody[pid]}") for pid in strangers]
        files = set(self._all_files()) - self._files
        found += [(None, f"left file {path}") for path in sorted(files)]
        mounts = set(_mounts()) - self._mounts
        return found + [(None, f"left mounted: {line}") for line in sorted(mounts)]

    def _known(self, everybody: dict[int, census.Process]) -> set[int]:
        """Zygote, waiting children, the companion, what the driver started itself."""
        zygote = self._runner.health()["zygote_pid"] or 0
        known = {zygote} | self._house.own_processes
        known |= self._companion.processes(everybody)
        for child in self._runner._pool._waiting:
            known |= {child.pid, *census.below(child.pid, everybody)}
        return known

    def _all_files(self) -> list[str]:
        folders = self._runner._work_root.iterdir()
        return [str(path) for path in (*folders, *self._spool.glob("payload-*"))]


def memory() -> int:
    """Bytes of this process that are in memory and its own."""
    with open("/proc/self/statm") as file:
        _, resident, shared, *_ = map(int, file.read().split())
    return (resident - shared) * _PAGE


def open_descriptors() -> int:
    """How many this process has."""
    return len(os.listdir("/proc/self/fd"))


def remove(path: str) -> None:
    """Remove what an attack made hard to remove, attributes of its files included."""
    for words in (["chattr", "-R", "-i", "-a"], ["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
        subprocess.run([*words, path], check=False, capture_output=True)


def _mounts() -> list[str]:
    with open("/proc/self/mounts") as file:
        return file.read().splitlines()
