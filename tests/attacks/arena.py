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
        found += [sign for _, sign in await self._aftermath.leftovers([])]
        found += self._aftermath.growth()
        await self.runner.close()
        return found

    async def attack(self, attacks: list[Attack], *, off: bool) -> dict[str, Verdict]:
        """Run attacks at the same time; then nothing of them may be left."""
        scenes = [
            Scene(each, self._house, self._companion, self.runner.health, off=off)
            for each in attacks
        ]
        seen = await asyncio.gather(*(self._observe(each) for each in scenes))
        nonces = {scene.nonce for scene in scenes}
        common = await self._harm_to_others()
        left = await self._aftermath.leftovers(nonces)
        common += self._aftermath.growth()
        common += [sign for nonce, sign in left if nonce is None]
        if off and len(scenes) > 1:
            common = []  # no attack may pass for a success by the harm of another
        verdicts = {}
        for scene, each in zip(scenes, seen, strict=True):
            each.harm += common
            each.harm += [sign for nonce, sign in left if nonce == scene.nonce]
            weigh = judge_off if off else judge
            verdict = weigh(scene.attack, each, self._house.token)
            verdict.seconds = each.seconds
            verdicts[scene.attack.name] = verdict
            scene.close()
        await self._restore(nonces if left else set())
        return verdicts

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
        left = [sign for _, sign in await self._aftermath.leftovers([])]
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

    async def _restore(self, nonces: set[str]) -> None:
        """After an attack that succeeded: make room for the next."""
        if nonces:
            await self._aftermath.clean_up(nonces)
        if self._companion.harmed or not self._companion.running:
            await self._companion.stop()
            await self._new_companion()
