"""Watches one job from outside and decides how it ended."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from program_runtime.execution import excess
from program_runtime.execution.broker.desk import Desk
from program_runtime.execution.budget import explain_fault, frame_caps
from program_runtime.execution.channel_reader import ChannelReader
from program_runtime.execution.conclusion import conclude
from program_runtime.execution.confinement import Level
from program_runtime.execution.events import EventType
from program_runtime.execution.frame_writer import FrameWriter
from program_runtime.execution.frames import Frame, FrameKind, FrameReader
from program_runtime.execution.hand_over import hang_up, send_job
from program_runtime.execution.intake import Intake
from program_runtime.execution.log_reader import LogReader
from program_runtime.execution.outcome import JobStatus, Usage
from program_runtime.execution.recorder import Recorder
from program_runtime.execution.sampling import sample_usage
from program_runtime.execution.verdict import Verdict, judge
from program_runtime.execution.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from program_runtime.execution.broker.protocol import Broker
    from program_runtime.execution.confinement.cgroup import Group
    from program_runtime.execution.control import JobControl
    from program_runtime.execution.job_folders import JobFolders
    from program_runtime.execution.launch import Child, ChildExit
    from program_runtime.execution.outcome import Outcome
    from program_runtime.execution.sink import EventSink
    from program_runtime.execution.spec import JobSpec

__all__ = ["JobNotTakenError", "Supervisor"]

_logger = logging.getLogger(__name__)

_TICK_S: Final = 0.05
_CANCEL_GRACE_S: Final = 2.0
_END_GRACE_S: Final = 2.0
_HANG_UP_GRACE_S: Final = 0.5
_PIPE_GRACE_S: Final = 2.0
_LINGER_S: Final = 0.1
_KILL_GRACE_S: Final = 5.0


class JobNotTakenError(Exception):
    """The child died before it had read its job."""


class Supervisor:
    """One job in one child."""

    def __init__(
        self,
        child: Child,
        spec: JobSpec,
        sink: EventSink,
        control: JobControl,
        *,
        first_seq: int,
        spool_dir: Path,
        folders: JobFolders,
        group: Group | None = None,
        broker: Broker | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._child = child
        self._spec = spec
        self._control = control
        self._folders = folders
        self._group = group
        self._own: Verdict | None = None
        self._sample: ChildExit | None = None
        self._ending: asyncio.Future[None] = self._loop.create_future()
        self._timers: list[asyncio.TimerHandle] = []
        self._started_at = 0.0
        self._handed_over = False
        self._not_taken = False
        self._abandoned = False
        self._recorder = Recorder(
            sink,
            first_seq=first_seq,
            on_failure=self._on_sink_failure,
            on_room=self._on_room,
        )
        self._writer = FrameWriter(child.channel)
        self._desk = self._make_desk(broker)
        self._intake = Intake(
            spec.limits,
            self._recorder,
            on_request=None if self._desk is None else self._desk.take,
        )
        caps = frame_caps(spec.limits, requests=spec.brokered)
        self._frames = FrameReader(caps=caps, spool_dir=spool_dir)
        self._watchdog = Watchdog(
            child.pid,
            spec.limits,
            on_excess=self._decide,
            folder=folders.root,
            may_hide=child.walls.level is Level.NONE,
        )
        self._channel = ChannelReader(child.channel, self._frames, self._on_frames)
        self._log = LogReader(
            child.log_fd,
            limit=spec.limits.log_bytes,
            on_text=self._on_log,
            on_excess=self._on_log_excess,
        )

    async def run(self) -> Outcome:
        """Hand the job over, follow it to its end, store the end.

        Returns:
            What was stored last; the process may still be on its way out.

        Raises:
            JobNotTakenError: The child was dead; the job can go to another one.
        """
        self._started_at = time.monotonic()
        hand_over = asyncio.create_task(self._hand_over())
        try:
            self._channel.start()
            self._log.start()
            if sys.platform == "linux":
                self._watchdog.start()
            self._later(self._spec.limits.wall_time_s, self._on_wall_time)
            self._control.listen(self._on_control)
            await self._until_ended()
        except asyncio.CancelledError:
            self._abandoned = True
            raise
        finally:
            self._control.listen(None)
            self._watchdog.stop()
            for timer in self._timers:
                timer.cancel()
            self._let_go()
            hand_over.cancel()
            await asyncio.gather(hand_over, return_exceptions=True)
            await self._writer.close()
            if self._desk is not None:
                # An abandoned job may be run again, and then finds its device's jobs.
                await self._desk.close(cancel=not self._abandoned)
            self._channel.close()
            self._log.close()
            self._child.release()
        if self._is_not_taken():
            raise JobNotTakenError
        return await self._conclude()

    def _let_go(self) -> None:
        """See to it that the process ends.

        One that has said its last word ends by itself. To kill it now would only take
        the processor from its result, which is not stored yet.
        """
        if self._sample is None or self._abandoned:
            self._kill()
        else:
            self._loop.call_later(_LINGER_S, self._kill)

    def _is_not_taken(self) -> bool:
        """Whether the child died before it had read the job: nothing of it has run."""
        nothing_seen = self._recorder.untouched and self._intake.report is None
        if self._desk is not None and self._desk.used:
            nothing_seen = False
        untouched = nothing_seen and self._own is None
        stop_unread = self._control.stop_requested and self._handed_over
        return (
            untouched and not stop_unread and (self._not_taken or self._channel.reset)
        )

    async def _hand_over(self) -> None:
        try:
            await send_job(self._child.channel, self._spec, self._folders)
        except ConnectionError:
            self._not_taken = True  # the channel's end tells that it is gone
            return
        except OSError as error:
            self._decide(
                Verdict.failed("internal", f"The job can not be handed over: {error}")
            )
            return
        self._handed_over = True
        self._on_control()

    async def _until_ended(self) -> None:
        """Wait for the first sign of the end, then a bounded time for the others."""
        exited, ended = self._child.exited, self._channel.ended
        first: set[asyncio.Future[Any]] = {exited, ended, self._ending}
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if self._sample is not None:
            # Closing its log is the last that a child does: nothing more will come.
            # One that stays says so itself.
            signs: set[asyncio.Future[Any]] = {exited}
            if not self._child.stays:
                signs.add(self._log.ended)
            await asyncio.wait(
                signs, timeout=_END_GRACE_S, return_when=asyncio.FIRST_COMPLETED
            )
            if self._log.ended.done() and (exited.done() or not self._child.stays):
                return
            self._kill()
        await asyncio.wait([exited], timeout=self._exit_grace_s())
        if not exited.done():
            self._decide(
                Verdict.failed(
                    "crashed",
                    "The program closed its channel before main returned, "
                    "so it was ended.",
                )
            )
            self._kill()
            await asyncio.wait([exited], timeout=_KILL_GRACE_S)
        # What is left now are the pipes' buffers, unless a daemon holds them open.
        pipes = {ended, self._log.ended}
        grace_s = _PIPE_GRACE_S if self._own is None else _HANG_UP_GRACE_S
        _, missing = await asyncio.wait(pipes, timeout=grace_s)
        while missing and self._recorder.full:
            _, missing = await asyncio.wait(pipes, timeout=grace_s)

    def _exit_grace_s(self) -> float:
        """How long the process may live on now."""
        if self._own is not None:
            cancelled = self._own.status is JobStatus.CANCELLED
            return _CANCEL_GRACE_S + _END_GRACE_S if cancelled else _KILL_GRACE_S
        # Without a last word it is dying, or it closed the channel and lives on.
        return _HANG_UP_GRACE_S if self._intake.report is None else _END_GRACE_S

    async def _conclude(self) -> Outcome:
        await self._recorder.settle()
        exited = self._child.exited
        child_exit = exited.result() if exited.done() else self._sample
        verdict = judge(
            own=self._own or self._killed_for_memory(),
            reported=self._intake.report,
            child_exit=child_exit,
            cpu_limit_s=self._spec.limits.cpu_time_s,
            cpu_s=self._watchdog.usage.cpu_s,
        )
        seen = self._watchdog.usage
        usage = Usage(
            wall_s=time.monotonic() - self._started_at,
            cpu_s=max(seen.cpu_s, child_exit.cpu_s if child_exit else 0.0),
            peak_memory_bytes=max(
                seen.peak_memory_bytes,
                child_exit.peak_memory_bytes if child_exit else 0,
            ),
        )
        if self._desk is not None:
            usage = self._desk.add_to(usage)
        return await conclude(self._recorder, verdict, usage, self._intake.result)

    def _killed_for_memory(self) -> Verdict | None:
        """What the kernel did to the job's control group, if it has one."""
        limit = self._spec.limits.memory_bytes
        if self._group is None or limit is None or self._intake.report is not None:
            return None
        if not self._group.oom_killed():
            return None
        used = self._group.memory_peak() or limit
        return Verdict.failed("memory", f"{excess.memory(used, limit)}.")

    def _on_frames(self, frames: Iterable[Frame]) -> None:
        intake = self._intake
        last_word = intake.report
        intake.take(frames)
        if intake.report is not None and last_word is None:
            self._on_report()
        fault = self._frames.fault
        objection = explain_fault(fault) if fault is not None else intake.objection
        if objection is not None:
            self._decide(objection)
            self._channel.close()
        self._recorder.flush()
        self._slow_down()

    def _on_report(self) -> None:
        """The program has returned: measure its process, then let it go."""
        program = self._child.program_pid()
        self._sample = None if program is None else sample_usage(program)
        hang_up(self._child.channel)
        self._log.hurry()
        self._end()

    def _on_log(self, text: str) -> None:
        self._recorder.record(EventType.LOG, text)
        self._recorder.flush()
        self._slow_down()

    def _on_log_excess(self) -> None:
        limit = self._spec.limits.log_bytes
        message = f"The program printed more than its limit of {limit} bytes."
        self._decide(Verdict.failed("output", message), even_after_report=True)

    def _make_desk(self, broker: Broker | None) -> Desk | None:
        if broker is None or not self._spec.brokered:
            return None
        return Desk(
            broker,
            self._spec,
            answer=lambda payload: self._writer.send(FrameKind.ANSWER, payload),
            note=self._on_waiting,
        )

    def _on_waiting(self, reason: str | None) -> None:
        """The job waits for its device, or no more: that is its status, too."""
        if self._own is None and self._intake.report is None:
            status = {"status": str(JobStatus.RUNNING), "reason": reason}
            self._recorder.record(EventType.STATUS, json.dumps(status))
            self._recorder.flush()

    def _on_wall_time(self) -> None:
        limit = self._spec.limits.wall_time_s
        reached = time.monotonic() - self._started_at
        if self._desk is not None:
            # The queue of a device is no fault of the program.
            left_s = limit + self._desk.waited_s - reached
            if left_s > 0 and reached < limit + self._spec.limits.device_wait_s:
                self._later(left_s + _TICK_S, self._on_wall_time)
                return
        message = f"The program ran {reached:.1f} s, the limit is {limit:g} s."
        self._decide(Verdict.failed("wall_time", message))

    def _on_sink_failure(self, error: Exception) -> None:
        message = f"A message was not stored: {error}"
        self._decide(Verdict.failed("storage", message), even_after_report=True)

    def _on_control(self) -> None:
        if self._control.cancel_requested:
            if self._own is None and self._intake.report is None:
                self._own = Verdict(status=JobStatus.CANCELLED)
                self._child.kill(signal.SIGTERM)
                self._later(_CANCEL_GRACE_S, self._kill)
                self._end()
        elif self._control.stop_requested and self._handed_over:
            self._writer.send(FrameKind.STOP)

    def _decide(self, verdict: Verdict, *, even_after_report: bool = False) -> None:
        """End the job now, unless its end is decided already."""
        reported = self._intake.report is not None and not even_after_report
        if self._own is None and not reported:
            self._own = verdict
            self._kill()
            self._end()

    def _kill(self) -> None:
        self._child.kill(signal.SIGKILL)

    def _end(self) -> None:
        if not self._ending.done():
            self._ending.set_result(None)

    def _later(self, delay_s: float, action: object) -> None:
        self._timers.append(self._loop.call_later(delay_s, action))  # type: ignore[arg-type]

    def _slow_down(self) -> None:
        if self._recorder.full:
            self._channel.pause()
            self._log.pause()

    def _on_room(self) -> None:
        if not self._recorder.full:
            self._channel.resume()
            self._log.resume()
