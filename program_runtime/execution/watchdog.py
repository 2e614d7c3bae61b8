"""Keeps the limits that no kernel keeps for all processes of a job together.

A look costs some 0.2 ms a process, so the next one comes when the program can have
reached a limit since, and a job that is shorter than the first pause costs nothing.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

from program_runtime.execution import excess, job_files, job_memory
from program_runtime.execution.job_cpu import CORES, JobCpu
from program_runtime.execution.outcome import Usage
from program_runtime.execution.process_reading import read_resident_memory
from program_runtime.execution.process_tree import survey
from program_runtime.execution.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from program_runtime.execution.job_files import JobFiles
    from program_runtime.execution.limits import Limits
    from program_runtime.execution.process_reading import ProcessStat

__all__ = ["Watchdog"]

_Seen = TypeVar("_Seen")

_logger = logging.getLogger(__name__)

_SHORTEST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 0.25
_FILES_PAUSE_S: Final = 0.5
_FILES_RATIO: Final = 10
"""How much longer than a look at files the pause after it is."""

# What no program exceeds, and so how soon it can have reached a limit.
_BYTES_PER_S: Final = CORES * 4 * 1024**3
_FORKS_PER_S: Final = CORES * 2000

# Of its own: what waits for a usual one may wait for a disk that a program fills.
_measurers: Final = ThreadPoolExecutor(max_workers=2, thread_name_prefix="watchdog")


class Watchdog:
    """Looks at a job's processes and files until one limit is passed.

    Args:
        pid: The process that all others of the job come from; it is not counted itself.
        limits: Those of the job.
        on_excess: Called in the event loop, once at most.
        folder: What the job may write to, if that is on a disk.
        may_hide: Whether its processes may keep from us what they have open.
    """

    def __init__(
        self,
        pid: int,
        limits: Limits,
        *,
        on_excess: Callable[[Verdict], None],
        folder: Path | None = None,
        may_hide: bool = True,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._pid = pid
        self._limits = limits
        self._on_excess = on_excess
        self._folder = folder
        self._may_hide = may_hide
        self._stopped = False
        self._waiting: set[asyncio.TimerHandle | asyncio.Future[Any]] = set()
        self._first: ProcessStat | None = None
        self._started_at = 0.0
        self._cpu = JobCpu()
        self._inherited_bytes = 0
        self._peak_bytes = 0
        self._shared_bytes = 0
        self._unmapped_bytes = 0
        self._measure_at = 0.0
        self._complained = False

    @property
    def usage(self) -> Usage:
        """What was seen so far, of all processes together.

        Memory that a process shares with the one that forked it may count twice.
        """
        return Usage(
            wall_s=time.monotonic() - self._started_at,
            cpu_s=self._cpu.used_s,
            peak_memory_bytes=self._peak_bytes,
        )

    def start(self) -> None:
        """Begin to look, a while from now."""
        self._started_at = time.monotonic()
        self._later(_SHORTEST_PAUSE_S, self._look)
        if self._folder is not None or self._limits.memory_bytes is not None:
            self._later(_FILES_PAUSE_S, self._look_at_files)

    def stop(self) -> None:
        """Look no more; may be called twice."""
        self._stopped = True
        for waiting in self._waiting:
            waiting.cancel()
        self._waiting.clear()

    def _look(self) -> None:
        try:
            stats = survey(self._pid)
            if not stats or not self._is_same(stats[0]):
                return  # it has ended, which others notice
            pause_s = self._judge(stats)
        except OSError as error:
            self._complain(error)
            pause_s = _LONGEST_PAUSE_S
        self._later(min(max(pause_s, _SHORTEST_PAUSE_S), _LONGEST_PAUSE_S), self._look)

    def _is_same(self, first: ProcessStat) -> bool:
        if self._first is None:
            self._first = first
            memory = read_resident_memory(self._pid)
            self._inherited_bytes = memory.private_bytes
        return first.started == self._first.started

    def _judge(self, stats: Sequence[ProcessStat]) -> float:
        """Hold what was seen against the limits; how long nothing can be over them."""
        limits = self._limits
        pauses = [_LONGEST_PAUSE_S]
        count = sum(stat.threads for stat in stats[1:])
        if count > limits.processes:
            self._end("processes", excess.processes(count, limits.processes))
        pauses.append((limits.processes - count) / _FORKS_PER_S)
        used_s = self._cpu.add(stats, time.monotonic() - self._started_at)
        if limits.cpu_time_s is not None:
            if used_s > limits.cpu_time_s:
                self._end("cpu_time", excess.cpu_time(used_s, limits.cpu_time_s))
            pauses.append((limits.cpu_time_s - used_s) / CORES)
        if limits.memory_bytes is not None:
            pauses.append(self._glance(stats, limits.memory_bytes))
        return min(pauses)

    def _glance(self, stats: Sequence[ProcessStat], limit: int) -> float:
        seen = job_memory.glance(stats, inherited_bytes=self._inherited_bytes)
        self._shared_bytes = seen.shared_bytes
        if seen.most_bytes + self._unmapped_bytes <= limit:
            self._peak_bytes = max(
                self._peak_bytes, seen.own_bytes + self._unmapped_bytes
            )
        elif time.monotonic() >= self._measure_at:
            self._measure(limit)
        return (limit - seen.most_bytes - self._unmapped_bytes) / _BYTES_PER_S

    def _measure(self, limit: int) -> None:
        began_at = time.monotonic()
        self._measure_at = float("inf")
        measure = functools.partial(
            job_memory.measure,
            self._pid,
            inherited_bytes=self._inherited_bytes,
            limit=limit - self._unmapped_bytes,
        )

        def on_measured(mapped_bytes: int | None) -> None:
            now = time.monotonic()
            self._measure_at = now + _LONGEST_PAUSE_S
            if mapped_bytes is None:
                return
            used = mapped_bytes + self._unmapped_bytes
            self._peak_bytes = max(self._peak_bytes, used)
            if used > limit:
                self._end("memory", excess.memory(used, limit))
            # At most every second moment is spent on measuring.
            pause_s = max(now - began_at, (limit - used) / _BYTES_PER_S)
            self._measure_at = now + min(pause_s, _LONGEST_PAUSE_S)

        self._in_thread(_measurers, measure, on_measured)

    def _look_at_files(self) -> None:
        began_at = time.monotonic()
        look = functools.partial(
            job_files.look,
            self._pid,
            self._limits,
            self._folder,
            may_hide=self._may_hide,
        )

        def on_seen(files: JobFiles | None) -> None:
            if files is not None:
                unmapped_bytes = max(0, files.memory_bytes - self._shared_bytes)
                self._unmapped_bytes = unmapped_bytes + files.socket_bytes
                if files.excess is not None:
                    self._end(*files.excess)
            duration_s = time.monotonic() - began_at
            pause_s = max(_FILES_PAUSE_S, _FILES_RATIO * duration_s)
            self._later(pause_s, self._look_at_files)

        self._in_thread(None, look, on_seen)

    def _end(self, code: str, text: str) -> None:
        if not self._stopped:
            self.stop()
            self._on_excess(Verdict.failed(code, f"{text}."))

    def _later(self, pause_s: float, action: Callable[[], None]) -> None:
        if self._stopped:
            return

        def act() -> None:
            self._waiting.discard(timer)
            action()

        timer = self._loop.call_later(pause_s, act)
        self._waiting.add(timer)

    def _in_thread(
        self,
        executor: Executor | None,
        work: Callable[[], _Seen],
        on_done: Callable[[_Seen | None], None],
    ) -> None:
        if self._stopped:
            return

        def act(future: asyncio.Future[_Seen]) -> None:
            self._waiting.discard(future)
            if self._stopped:
                return
            try:
                seen = future.result()
            except OSError as error:
                self._complain(error)
                on_done(None)
            else:
                on_done(seen)

        future = self._loop.run_in_executor(executor, work)
        self._waiting.add(future)
        future.add_done_callback(act)

    def _complain(self, error: OSError) -> None:
        """Say once that a look failed; most likely no descriptor was left."""
        if not self._complained:
            self._complained = True
            _logger.warning("Process %d is not watched: %s", self._pid, error)
