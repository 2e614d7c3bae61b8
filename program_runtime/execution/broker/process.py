"""The broker's own process: holds providers and credentials, reads hostile circuits.

Frames come in over its standard input and go out over what was its standard output.
The first one carries the settings, so that no secret is in an environment or on a
command line. The end of its input is its own end; jobs of devices go on.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from program_runtime.errors import ExecutionError, ProgramRuntimeError
from program_runtime.execution.broker.abandonment import abandon
from program_runtime.execution.broker.fence import fence_in
from program_runtime.execution.broker.fleet import Fleet, registered_providers
from program_runtime.execution.broker.journal import JOURNAL, Entry, Journal
from program_runtime.execution.broker.watch import Watch
from program_runtime.execution.broker.wire import pack, unpack
from program_runtime.execution.frames import HEADER, FrameKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.execution.broker.protocol import DeviceAnswer, Progress

__all__ = ["BrokerLoop", "main"]

_logger = logging.getLogger(__name__)

_THREADS: Final = 256
"""Each request that is watched has one; they sleep nearly always."""


class BrokerLoop:
    """Answers requests.

    Args:
        fleet: The devices.
        journal: Of what was submitted.
        send: Sends one answer; called from many threads.
    """

    def __init__(
        self, fleet: Fleet, journal: Journal, send: Callable[[bytes], None]
    ) -> None:
        self._fleet = fleet
        self._journal = journal
        self._send = send
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="device")
        self._lock = threading.Lock()
        self._watches: dict[str, Watch] = {}
        self._do: Final = {
            "abandon": self._abandon,
            "cancel": self._cancel,
            "describe": self._describe,
            "list": self._list,
            "run": self._run,
            "unfinished": self._unfinished,
        }

    def take(self, content: Mapping[str, Any], body: bytes) -> None:
        """Begin to serve a request; the answer comes from a thread."""
        self._threads.submit(self._serve, content, body)

    def _serve(self, content: Mapping[str, Any], body: bytes) -> None:
        try:
            self._do[content["do"]](content, body)
        except ProgramRuntimeError as error:
            self._answer(content, {"error": str(error), "code": error.code})
        except Exception as error:
            _logger.exception("A request failed.")
            text = f"The broker failed: {type(error).__name__}: {error}"
            self._answer(content, {"error": text, "code": "internal"})

    def _list(self, content: Mapping[str, Any], _: bytes) -> None:
        devices = [asdict(info) for info in self._fleet.infos()]
        found = {"devices": devices, "problems": self._fleet.problems}
        self._answer(content, {"last": True}, json.dumps(found).encode())

    def _describe(self, content: Mapping[str, Any], _: bytes) -> None:
        description = self._fleet.describe(content["backend"])
        self._answer(content, {"last": True}, json.dumps(description).encode())

    def _cancel(self, content: Mapping[str, Any], _: bytes) -> None:
        with self._lock:
            watch = self._watches.get(content["key"])
        if watch is not None:
            watch.cancel()
        self._answer(content, {"last": True})

    def _unfinished(self, content: Mapping[str, Any], _: bytes) -> None:
        found = sorted({entry.job_id for entry in self._journal.unfinished()})
        self._answer(content, {"last": True}, json.dumps(found).encode())

    def _abandon(self, content: Mapping[str, Any], _: bytes) -> None:
        with self._lock:
            watched = frozenset(self._watches)
        abandon(
            content["job_id"],
            fleet=self._fleet,
            journal=self._journal,
            watched=watched,
        )
        self._answer(content, {"last": True})

    def _run(self, content: Mapping[str, Any], body: bytes) -> None:
        device = self._fleet.device(content["backend"])

        def tell(progress: Progress) -> None:
            self._answer(content, {"progress": asdict(progress)})

        key = content["key"]
        watch = Watch(device, self._journal, tell)
        with self._lock:
            if key in self._watches:
                raise ExecutionError(f"{key} is being run already.")
            self._watches[key] = watch
        try:
            entry = Entry(
                key=key,
                digest=content["digest"],
                backend=content["backend"],
                time=time.time(),
            )
            answer = watch.run(entry, content["options"], body or None)
        finally:
            with self._lock:
                del self._watches[key]
        self._finish(content, answer)

    def _finish(self, content: Mapping[str, Any], answer: DeviceAnswer) -> None:
        parts = asdict(answer)
        body = parts.pop("body")
        self._answer(content, {"last": True, "answer": parts}, body)

    def _answer(
        self, content: Mapping[str, Any], answer: Mapping[str, Any], body: bytes = b""
    ) -> None:
        self._send(pack({"n": content["n"], **answer}, body))


class _Sender:
    """Writes whole frames, one thread at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def __call__(self, payload: bytes) -> None:
        with self._lock:
            self._stream.write(HEADER.pack(len(payload), FrameKind.ANSWER))
            self._stream.write(payload)
            self._stream.flush()


def main() -> None:
    """Serve until the input ends."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s:%(message)s")
    # Whatever a provider prints must not get between the frames.
    stream = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    source = sys.stdin.buffer
    first = _read(source)
    if first is None:
        return
    settings, _ = unpack(first)
    folder = Path(settings["folder"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    journal = Journal(folder / JOURNAL)
    fence_in(folder, Path(settings["hidden"]))
    fleet = Fleet(_providers(settings))
    loop = BrokerLoop(fleet, journal, _Sender(stream))
    while (payload := _read(source)) is not None:
        loop.take(*unpack(payload))
    # Threads that wait for devices would keep the interpreter alive.
    os._exit(0)


def _providers(settings: Mapping[str, Any]) -> dict[str, Any]:
    found = registered_providers()
    if settings.get("ibm"):
        from program_runtime.backends.ibm import IbmProvider  # noqa: PLC0415 - extra

        found["ibm"] = IbmProvider(settings["ibm"]).devices
    return found


def _read(source: BinaryIO) -> bytes | None:
    header = source.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    size, _ = HEADER.unpack(header)
    payload = source.read(size)
    return payload if len(payload) == size else None
