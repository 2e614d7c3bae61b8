"""One level of confinement, with everything that is held against an attack there."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from typing import TYPE_CHECKING, Any

from program_runtime.execution import (
    EventType,
    JobControl,
    JobSpec,
    Limits,
    MemorySink,
    Runner,
)

from . import corpus
from .aftermath import Aftermath
from .companion import Companion
from .judge import Observation, Verdict, judge, judge_off
from .scene import Scene, observe, write_program

if TYPE_CHECKING:
    from .corpus import Attack, Control
    from .house import House

_POOL = 2
_JOB_S = 45.0


class Arena:
    """A runner at one level, and an honest job that runs all the time.

    Args:
        level: ``none``, ``reduced`` or ``strong``.
        house: What the server holds.
    """

    def __init__(self, level: str, house: House) -> None:
        self._house = house
        self._root = house.scratch()
        self._spool = self._root / "spool"
        self._honest = write_program(
            self._root, corpus.HERE / "programs" / "honest.py", secrets.token_hex(5)
        )
        self._number = 0
        self._surroundings: dict[str, Any] = {}
        self._ended: set[str] = set()
        self._looks: dict[str, tuple[list[str], list[str]]] = {}
        self._looking = asyncio.Lock()
        self.runner = Runner(
            spool_dir=self._spool,
            level=level,
            pool_size=_POOL,
            jobs_per_zygote=100_000,
        )

    async def start(self) -> None:
        """Get ready, and remember how everything is before the first attack."""
        await self.runner.start()
        wrong = await self.honest_job()
        if wrong:
            raise RuntimeError(f"Before any attack: {wrong}")
        await self._new_companion()

    async def close(self) -> list[str]:
        """End everything; returns what is wrong by now."""
        found = await self._companion.stop()
        found += await self._aftermath.unrest()
        await self.runner.close()
        return found

    async def attack(self, attack: Attack, *, off: bool) -> Verdict:
        """Try an attack, perhaps with others at the same time."""
        scene = Scene(attack, self._house, self._companion, self.runner.health, off=off)
        seen = await self._observe(scene)
        left, common = await self._afterwards(scene.nonce)
        seen.harm += left
        if attack.alone:
            common += await self._aftermath.unrest()
        if attack.alone or not off:
            # Else no attack may pass for a success by the harm of another.
            seen.harm += common
        verdict = (judge_off if off else judge)(attack, seen, self._house.token)
        verdict.seconds = seen.seconds
        scene.close()
        if left or (attack.alone and seen.harm):
            await self._aftermath.clean_up({scene.nonce})
        if attack.alone:
            await self._mend()
        return verdict

    async def rest(self) -> list[str]:
        """When attacks that ran at the same time are over; returns what is wrong."""
        found = await self._aftermath.unrest()
        if found:
            await self._aftermath.clean_up(set())
        await self._mend()
        return found

    async def control(self, control: Control) -> Verdict:
        """Run an honest program, which must return what it should."""
        folder = self._house.scratch()
        program = write_program(folder, control.path, secrets.token_hex(5))
        limits = Limits(**({"wall_time_s": 60.0} | control.limits))
        seen, interim = await self._run(
            JobSpec(
                job_id=f"job_{control.name}",
                program_dir=program,
                inputs=b"{}",
                backend="aer_simulator",
                seed=7,
                limits=limits,
            )
        )
        left = await self._aftermath.unrest()
        right = seen.result == control.expects and not (left or seen.harm)
        if control.interim is not None:
            right = right and interim == [json.dumps(each) for each in control.interim]
        word = "WORKS" if right else "BROKEN"
        reason = f"{seen.end} {seen.message} {seen.result} {left}"
        if not right:
            reason += f" {seen.texts[-2000:]}"
        return Verdict(word=word, reason=reason, expected="WORKS", seconds=seen.seconds)

    async def honest_job(self) -> list[str]:
        """Run one; returns what is wrong with it."""
        self._number += 1
        number = self._number
        seen, interim = await self._run(
            JobSpec(
                job_id=f"job_honest_{number}",
                program_dir=self._honest,
                inputs=json.dumps({"number": number}).encode(),
                backend="aer_simulator",
                limits=Limits(wall_time_s=20.0),
            )
        )
        result = seen.result if isinstance(seen.result, dict) else {}
        wrong = list(seen.harm)
        if (result.get("double"), interim) != (2 * number, [str(number)]):
            wrong.append(f"the job after it: {seen.end} {seen.message} {seen.result}")
        found = result.get("found", {})
        self._surroundings = self._surroundings or found
        return wrong + [
            f"the job after it found {key}: {value}"
            for key, value in found.items()
            if value != self._surroundings[key]
        ]

    async def _observe(self, scene: Scene) -> Observation:
        attack = scene.attack
        for turn in range(1, attack.turns + 1):
            control = JobControl()
            if attack.cancel_after_s is not None:
                loop = asyncio.get_running_loop()
                loop.call_later(attack.cancel_after_s, control.cancel)
            try:
                seen, _ = await self._run(scene.spec(turn), control)
            except TimeoutError:
                seen = Observation(end="", message=f"it ran for {_JOB_S} s")
        seen.evidence = scene.evidence()
        return seen

    async def _afterwards(self, nonce: str) -> tuple[list[str], list[str]]:
        """What the run has left, and the harm to others.

        One look does for all attacks that have ended when it begins.
        """
        self._ended.add(nonce)
        async with self._looking:
            if nonce not in self._looks:
                batch, self._ended = self._ended, set()
                common = await self._harm_to_others()
                left = await self._aftermath.left_by(batch)
                for each in batch:
                    self._looks[each] = left.get(each, []), list(common)
        return self._looks.pop(nonce)

    async def _harm_to_others(self) -> list[str]:
        """What an honest job finds right after, and the one that ran all the time."""
        found = await self.honest_job()
        if not await self._companion.ticks():
            found.append("the job beside it stands still")
        return found + self._companion.harm()

    async def _run(
        self, spec: JobSpec, control: JobControl | None = None
    ) -> tuple[Observation, list[str | None]]:
        """Run a job; returns what was seen of it, and the texts that it published."""
        sink = MemorySink()
        begun = time.monotonic()
        job = self.runner.run(spec, sink, control or JobControl())
        outcome = await asyncio.wait_for(job, _JOB_S)
        seen = observe(outcome, sink.events, time.monotonic() - begun)
        interim = [e.data for e in sink.events if e.type is EventType.INTERIM]
        return seen, interim

    async def _new_companion(self) -> None:
        self._companion = Companion(self.runner, self._house)
        await self._companion.start()
        self._aftermath = Aftermath(
            self.runner, self._spool, self._house, self._companion
        )

    async def _mend(self) -> None:
        if self._companion.harmed or not self._companion.running:
            await self._companion.stop()
            await self._new_companion()
