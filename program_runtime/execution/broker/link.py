"""The service's side of the broker's process."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from program_runtime.backends.info import BackendInfo
from program_runtime.errors import BackendNotFoundError, ExecutionError
from program_runtime.execution.broker.journal import JOURNAL
from program_runtime.execution.broker.protocol import DeviceAnswer, Progress
from program_runtime.execution.broker.wire import pack, unpack
from program_runtime.execution.frames import HEADER, FrameKind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from program_runtime.execution.broker.protocol import DeviceRun

__all__ = ["BrokerGoneError", "BrokerProcess"]

_logger = logging.getLogger(__name__)

_ANSWER_BYTES: Final = 512 * 1024 * 1024
_RESTART_S: Final = (0.0, 1.0, 5.0, 30.0)
"""Before it is started again, the more often it has crashed in a row."""
_CALM_S: Final = 60.0
_END_S: Final = 2.0
_TRIES: Final = 3


class BrokerGoneError(ExecutionError):
    """The broker's process ended before it had answered."""


@dataclass(slots=True)
class _Asked:
    """A request that waits for its answer."""

    done: asyncio.Future[tuple[dict[str, Any], bytes]]
    on_progress: Callable[[dict[str, Any]], None] | None


class BrokerProcess:
    """Starts the process when it is first needed, and again when it has crashed.

    Args:
        folder: Where it keeps its journal.
        hidden: What it must not read: the data of the service.
        settings: Of the providers, credentials among them; given to that process only.
        environment: Of the process; this one's without ``QRT_…``, if not given.
        secrets: Words that must not come into the log.
    """

    def __init__(
        self,
        folder: Path,
        *,
        hidden: Path,
        settings: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        self._folder = folder
        self._hidden = hidden
        self._settings = dict(settings or {})
        self._environment = environment
        self._secrets = [secret for secret in secrets if secret]
        self._numbers = itertools.count(1)
        self._asked: dict[int, _Asked] = {}
        self._starting = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._crashes = 0
        self._started_at = 0.0
        self._closed = False
        self.problems: Mapping[str, str] = {}
        """Providers that did not answer when the devices were listed last."""

    async def devices(self) -> list[BackendInfo]:
        """List the devices of all providers."""
        _, body = await self._ask_again({"do": "list"})
        found = json.loads(body)
        self.problems = found["problems"]
        return [
            BackendInfo(**{**info, "aliases": tuple(info["aliases"])})
            for info in found["devices"]
        ]

    async def describe(self, backend: str) -> Mapping[str, Any]:
        """Return what a device is like."""
        _, body = await self._ask_again({"do": "describe", "backend": backend})
        description: dict[str, Any] = json.loads(body)
        return description

    async def run(
        self, run: DeviceRun, on_progress: Callable[[Progress], None]
    ) -> DeviceAnswer:
        """Run circuits, over crashes of the process if the device has them already."""
        if run.kind != "run":
            message = f"{run.backend} is a device: it measures, it computes nothing."
            return DeviceAnswer(state="failed", message=message)
        content = {
            "do": "run",
            "key": run.key,
            "digest": run.digest(),
            "backend": run.backend,
            "options": dict(run.options),
        }
        submitted = ""

        def tell(values: dict[str, Any]) -> None:
            nonlocal submitted
            progress = Progress(**values)
            submitted = progress.device_job or submitted
            on_progress(progress)

        body = run.body
        while True:
            try:
                answer, found = await self._ask(content, body, tell)
            except BrokerGoneError as error:
                if submitted and not self._closed:
                    # What it crashed of may be in the circuits: they stay here.
                    body = b""
                    continue
                return DeviceAnswer(state="failed", message=str(error))
            except (BackendNotFoundError, ExecutionError) as error:
                return DeviceAnswer(state="failed", message=str(error))
            return DeviceAnswer(**answer["answer"], body=found)

    async def cancel(self, key: str) -> None:
        """Pass it on; a process that is not there runs nothing."""
        if self._process is not None:
            with contextlib.suppress(ExecutionError):
                await self._ask({"do": "cancel", "key": key})

    async def unfinished(self) -> Collection[str]:
        """Return the jobs that devices may still work for."""
        if not (self._folder / JOURNAL).exists():
            return ()
        _, body = await self._ask_again({"do": "unfinished"})
        found: list[str] = json.loads(body)
        return found

    async def abandon(self, job_id: str) -> None:
        """Cancel what devices do for a job that has ended."""
        await self._ask_again({"do": "abandon", "job_id": job_id})

    async def close(self) -> None:
        """End the process."""
        self._closed = True
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            try:
                async with asyncio.timeout(_END_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    def health(self) -> dict[str, Any]:
        """What an operator wants to know, as JSON values."""
        return {
            "running": self._process is not None,
            "requests": len(self._asked),
            "crashes": self._crashes,
            "silent": sorted(self.problems),
        }

    async def _ask_again(self, content: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Ask something that changes nothing, past a crash of others' making."""
        for _ in range(_TRIES - 1):
            with contextlib.suppress(BrokerGoneError):
                return await self._ask(content)
        return await self._ask(content)

    async def _ask(
        self,
        content: dict[str, Any],
        body: bytes = b"",
        on_progress: Callable[[dict[str, Any]], None] | None = None,
    ) -> tuple[dict[str, Any], bytes]:
        process = await self._running()
        number = next(self._numbers)
        done = asyncio.get_running_loop().create_future()
        self._asked[number] = _Asked(done, on_progress)
        try:
            self._send(process, pack({"n": number, **content}, body))
            answer, found = await done
        finally:
            del self._asked[number]
        if "error" in answer:
            if answer["code"] == BackendNotFoundError.code:
                raise BackendNotFoundError(answer["error"])
            raise ExecutionError(answer["error"])
        return answer, found

    async def _running(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._closed:
                raise BrokerGoneError("The service stops, and its broker with it.")
            if self._process is None:
                loop = asyncio.get_running_loop()
                if loop.time() - self._started_at > _CALM_S:
                    self._crashes = 0
                await asyncio.sleep(_RESTART_S[min(self._crashes, 3)])
                self._process = await self._start()
                self._started_at = loop.time()
            return self._process

    async def _start(self) -> asyncio.subprocess.Process:
        environment = self._environment
        if environment is None:
            # The service's own settings are no business of the broker's.
            environment = {
                name: value for name, value in os.environ.items() if name[:4] != "QRT_"
            }
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "program_runtime.execution.broker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={"QISKIT_PARALLEL": "FALSE", **environment},
                start_new_session=True,
            )
        except OSError as error:
            raise ExecutionError(f"The broker can not be started: {error}") from error
        settings = {
            **self._settings,
            "folder": str(self._folder),
            "hidden": str(self._hidden),
        }
        self._send(process, pack(settings))
        self._spawn(self._read(process))
        self._spawn(self._log(process))
        return process

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _send(self, process: asyncio.subprocess.Process, payload: bytes) -> None:
        if process.stdin is not None and not process.stdin.is_closing():
            frame = HEADER.pack(len(payload), FrameKind.REQUEST)
            process.stdin.write(frame)
            process.stdin.write(payload)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        """Hand out answers until the process ends; then tell all that wait."""
        stream = process.stdout
        try:
            while stream is not None:
                size, _ = HEADER.unpack(await stream.readexactly(HEADER.size))
                if size > _ANSWER_BYTES:
                    _logger.error("The broker answered %d bytes, so it is ended.", size)
                    break
                self._take(*unpack(await stream.readexactly(size)))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except Exception:
            _logger.exception("The broker sent something else than answers.")
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        status = await process.wait()
        self._process = None
        if not self._closed:
            self._crashes += 1
            _logger.warning("The broker ended with status %d.", status)
        error = BrokerGoneError(
            "The broker ended while it had the circuits, before the device did. "
            "They are not submitted a second time."
        )
        for asked in list(self._asked.values()):
            if not asked.done.done():
                asked.done.set_exception(error)

    def _take(self, answer: dict[str, Any], body: bytes) -> None:
        asked = self._asked.get(answer["n"])
        if asked is None or asked.done.done():
            return  # nobody waits for it any more
        if "progress" in answer:
            if asked.on_progress is not None:
                asked.on_progress(answer["progress"])
        else:
            asked.done.set_result((answer, body))

    async def _log(self, process: asyncio.subprocess.Process) -> None:
        stream = process.stderr
        while stream is not None:
            try:
                line = await stream.readline()
            except ValueError:
                continue  # longer than any line should be
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            for secret in self._secrets:
                text = text.replace(secret, "********")
            _logger.warning("broker: %s", text)
