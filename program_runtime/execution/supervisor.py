"""Watches one job from outside and decides how it ended."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from typing import TYPE_CHECKING, Any, Final

from program_runtime.execution.budget import MessageBudget, explain_fault, frame_caps
from program_runtime.execution.channel_reader import ChannelReader
from program_runtime.execution.conclusion import conclude, discard
from program_runtime.execution.events import EventType
from program_runtime.execution.frames import Frame, FrameKind, FrameReader
from program_runtime.execution.hand_over import hang_up, send_job, send_stop
from program_runtime.execution.log_reader import LogReader
from program_runtime.execution.metric import check_metric
from program_runtime.execution.outcome import JobStatus, Usage
from program_runtime.execution.recorder import Recorder
from program_runtime.execution.sampling import sample_usage
from program_runtime.execution.verdict import Verdict, judge, read_child_report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from program_runtime.execution.control import JobControl
    from program_runtime.execution.events import Blob
    from program_runtime.execution.launch import Child, ChildExit
    from program_runtime.execution.outcome import Outcome
    from program_runtime.execution.sink import EventSink
    from program_runtime.execution.spec import JobSpec

__all__ = ["Supervisor"]

_logger = logging.getLogger(__name__)

_CANCEL_GRACE_S: Final = 2.0
_END_GRACE_S: Final = 2.0
_HANG_UP_GRACE_S: Final = 0.5
_PIPE_GRACE_S: Final = 2.0
_KILL_GRACE_S: Final = 5.0

_EVENT_TYPES: Final = {
    int(FrameKind.INTERIM): EventType.INTERIM,
    int(FrameKind.METRIC): EventType.METRIC,
    int(FrameKind.CHECKPOINT): EventType.CHECKPOINT,
}


class Supervisor:
    """One job in one child.

    Nothing that comes over the channel is trusted: a program owns its end of it. What
    it can forge there is its own result, which it may choose anyway.
    """

    def __init__(
        self,
        child: Child,
        spec: JobSpec,
        sink: EventSink,
        control: JobControl,
        *,
        first_seq: int,
        spool_dir: Path,
        work_dir: Path,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._child = child
        self._spec = spec
        self._control = control
        self._work_dir = work_dir
        self._own: Verdict | None = None
        self._reported: Verdict | None = None
        self._result: str | Blob | None = None
        self._sample: ChildExit | None = None
        self._ending: asyncio.Future[None] = self._loop.create_future()
        self._timers: list[asyncio.TimerHandle] = []
        self._started_at = 0.0
        self._budget = MessageBudget(spec.limits)
        self._handed_over = False
        self._recorder = Recorder(
            sink,
            first_seq=first_seq,
            on_failure=self._on_sink_failure,
            on_room=self._on_room,
        )
        self._frames = FrameReader(caps=frame_caps(spec.limits), spool_dir=spool_dir)
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
        """
        self._started_at = time.monotonic()
        hand_over = asyncio.create_task(self._hand_over())
        try:
            self._channel.start()
            self._log.start()
            self._later(self._spec.limits.wall_time_s, self._on_wall_time)
            self._control.listen(self._on_control)
            await self._until_ended()
        finally:
            self._control.listen(None)
            for timer in self._timers:
                timer.cancel()
            if not self._child.exited.done():
                self._kill()
            hand_over.cancel()
            await asyncio.gather(hand_over, return_exceptions=True)
            self._channel.close()
            self._log.close()
            self._child.release()
        return await self._conclude()

    async def bury(self) -> None:
        """Wait until the process is gone and its folder can be removed."""
        await asyncio.wait([self._child.exited], timeout=_KILL_GRACE_S)
        if not self._child.exited.done():
            _logger.error("Process %d does not end.", self._child.pid)

    async def _hand_over(self) -> None:
        try:
            await send_job(self._child.channel, self._spec, self._work_dir)
        except ConnectionError:
            return  # the child is gone, which the channel's end tells too
        except OSError as error:
            self._decide(Verdict.failed("internal", f"No inputs for the job: {error}"))
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
            signs: set[asyncio.Future[Any]] = {self._log.ended, exited}
            await asyncio.wait(
                signs, timeout=_END_GRACE_S, return_when=asyncio.FIRST_COMPLETED
            )
            if self._log.ended.done():
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
        return _HANG_UP_GRACE_S if self._reported is None else _END_GRACE_S

    async def _conclude(self) -> Outcome:
        await self._recorder.settle()
        exited = self._child.exited
        child_exit = exited.result() if exited.done() else self._sample
        verdict = judge(
            own=self._own,
            reported=self._reported,
            child_exit=child_exit,
            cpu_limit_s=self._spec.limits.cpu_time_s,
        )
        usage = Usage(
            wall_s=time.monotonic() - self._started_at,
            cpu_s=child_exit.cpu_s if child_exit else 0.0,
            peak_memory_bytes=child_exit.peak_memory_bytes if child_exit else 0,
        )
        return await conclude(self._recorder, verdict, usage, self._result)

    def _on_frames(self, frames: Iterable[Frame]) -> None:
        now = time.time()
        for kind, payload in frames:
            if self._reported is not None:
                discard(payload)  # main has returned
            elif kind in _EVENT_TYPES:
                self._on_message(kind, payload, now)
            else:
                self._on_last_frame(kind, payload)
        fault = self._frames.fault
        if fault is not None:
            self._decide(explain_fault(fault))
            self._channel.close()
        self._recorder.flush()
        self._slow_down()

    def _on_message(self, kind: int, payload: str | Blob, at: float) -> None:
        over = self._budget.spend(payload)
        if over is None and kind == FrameKind.METRIC and isinstance(payload, str):
            try:
                payload = check_metric(payload)
            except ValueError as error:
                over = Verdict.failed("bad_message", f"A metric is invalid: {error}.")
        if over is not None:
            discard(payload)
            self._decide(over)
            self._channel.close()
        elif not self._channel.ended.done():
            self._recorder.record(_EVENT_TYPES[kind], payload, at=at)

    def _on_last_frame(self, kind: int, payload: str | Blob) -> None:
        if kind == FrameKind.RESULT:
            self._result = payload
            self._reported = Verdict(status=JobStatus.COMPLETED)
        elif isinstance(payload, str):
            self._reported = read_child_report(payload)
        else:
            self._reported = read_child_report(payload.path.read_text("utf-8"))
            discard(payload)
        self._sample = sample_usage(self._child.pid)
        hang_up(self._child.channel)
        self._log.hurry()
        self._end()

    def _on_log(self, text: str) -> None:
        self._recorder.record(EventType.LOG, text)
        self._recorder.flush()
        self._slow_down()

    def _on_log_excess(self) -> None:
        limit = self._spec.limits.log_bytes
        self._reported = None  # it may have said its last word, but printed too much
        self._decide(
            Verdict.failed(
                "output", f"The program printed more than its limit of {limit} bytes."
            )
        )

    def _on_wall_time(self) -> None:
        limit = self._spec.limits.wall_time_s
        reached = time.monotonic() - self._started_at
        self._decide(
            Verdict.failed(
                "wall_time",
                f"The program ran {reached:.1f} s, the limit is {limit:g} s.",
            )
        )

    def _on_sink_failure(self, error: Exception) -> None:
        self._reported = None
        self._decide(Verdict.failed("storage", f"A message was not stored: {error}"))

    def _on_control(self) -> None:
        if self._control.cancel_requested:
            if self._own is None and self._reported is None:
                self._own = Verdict(status=JobStatus.CANCELLED)
                self._child.kill(signal.SIGTERM)
                self._later(_CANCEL_GRACE_S, self._kill)
                self._end()
        elif self._control.stop_requested and self._handed_over:
            send_stop(self._child.channel)

    def _decide(self, verdict: Verdict) -> None:
        """End the job now, unless its end is decided already."""
        if self._own is None and self._reported is None:
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
