"""The honest job that runs while attacks run beside it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import time
from typing import TYPE_CHECKING, Any

from program_runtime.execution import EventType, JobControl, JobSpec, MemorySink

from . import census, corpus
from .scene import write_program

if TYPE_CHECKING:
    from program_runtime.execution import Runner

    from .house import House

_PATIENCE_S = 10.0


class Companion:
    """Runs ``programs/neighbour.py`` and holds it against what it must say."""

    def __init__(self, runner: Runner, house: House) -> None:
        self._runner = runner
        self.nonce = secrets.token_hex(5)
        self.secret = f"{house.token}-of-another-job"
        self._program = write_program(
            house.scratch(), corpus.HERE / "programs" / "neighbour.py", self.nonce
        )
        self._sink = MemorySink()
        self._control = JobControl()
        self._checked = 0
        self._digest = self.nonce
        self._wrong: list[str] = []
        self.harmed = False

    async def start(self) -> None:
        """Return when it computes."""
        spec = JobSpec(
            job_id="job_neighbour",
            program_dir=self._program,
            inputs=json.dumps({"secret": self.secret}).encode(),
            backend="aer_simulator",
        )
        self._task = asyncio.create_task(
            self._runner.run(spec, self._sink, self._control)
        )
        if not await self.ticks():
            raise RuntimeError(f"The honest job does not run: {self._sink.events}")

    @property
    def running(self) -> bool:
        return not self._task.done()

    def facts(self) -> dict[str, Any]:
        """Where its secrets are, as the machine sees it."""
        first = json.loads(self._interim()[0])
        return {**first, "pid": min(self.processes(census.below()), default=0)}

    def processes(self, among: dict[int, census.Process]) -> set[int]:
        """Its own, without those that keep it."""
        return {pid for pid, process in among.items() if process.run() == self.nonce}

    async def ticks(self) -> bool:
        """Wait for a further sign of life; whether there was one."""
        before = len(self._interim())
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end and self.running:
            if len(self._interim()) > before:
                return True
            await asyncio.sleep(0.005)
        return False

    def harm(self) -> list[str]:
        """What is wrong with it."""
        for text in self._interim()[1 + self._checked :]:
            self._checked += 1
            self._digest = hashlib.sha256(self._digest.encode()).hexdigest()
            if json.loads(text) != [self._checked, self._digest, True]:
                self._wrong.append(f"the job beside it said {text}")
                self.harmed = True
        found, self._wrong = self._wrong[:3], []
        if not self.running:
            outcome = self._task.result()
            found.append(f"the job beside it ended: {outcome.code} {outcome.message}")
        return found

    async def stop(self) -> list[str]:
        """End it; returns what is wrong with its result."""
        if not self.running:
            return self.harm()
        self._control.stop()
        await asyncio.wait([self._task], timeout=_PATIENCE_S)
        results = [e.data for e in self._sink.events if e.type is EventType.RESULT]
        outcome = self._task.result() if self._task.done() else None
        wrong = [text for text in self.harm() if outcome is None or "ended" not in text]
        if not results or json.loads(results[0] or "") != [self._checked, self._digest]:
            wrong.append(f"the job beside it returned {results}, ended {outcome}")
        return wrong

    def _interim(self) -> list[str]:
        return [
            event.data or ""
            for event in self._sink.events
            if event.type is EventType.INTERIM
        ]
