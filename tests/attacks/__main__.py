"""``python -m tests.attacks``: try the attacks, print a table; see the package."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import secrets
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from program_runtime.errors import ExecutionError
from tests import ordinary_user

from . import census, corpus, standstill, table
from .arena import Arena
from .bare import run_bare
from .house import TOKEN_VARIABLE, House
from .judge import Verdict, judge_off, not_tried
from .scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .corpus import Attack

_AT_ONCE = 8
_BARE_AT_ONCE = 10
USER = "root" if os.geteuid() == 0 else "ordinary"


def main(words: list[str]) -> int:
    """Say how many cells of the table are not as they should be."""
    options = _parse(words)
    if TOKEN_VARIABLE not in os.environ:
        _become_a_server()
    attacks = corpus.chosen(corpus.attacks() + corpus.controls(), options.names)
    census.adopt_orphans()
    season = Season(attacks, options.level or list(table.COLUMNS), talk=options.verbose)
    report = asyncio.run(season.report())
    if options.json:
        print(json.dumps(report))
    else:
        print("\n".join(table.lines(report)))
    good = all(cell["good"] for row in report["rows"].values() for cell in row.values())
    return 0 if good and not report["troubles"] else 1


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    parser.add_argument(
        "names", nargs="*", help="attacks, controls or kinds of attacks"
    )
    parser.add_argument(
        "--level", action="append", choices=["off", *corpus.LEVELS], help="all offered"
    )
    parser.add_argument("--json", action="store_true", help="all that is known")
    parser.add_argument("--verbose", "-v", action="store_true", help="talk meanwhile")
    return parser.parse_args(words)


def _become_a_server() -> None:
    """Start again with a secret where the kernel keeps a process's environment."""
    os.environ[TOKEN_VARIABLE] = f"TOKEN-{secrets.token_hex(12)}"
    if USER == "root":
        # So that jobs of another user find the interpreter, and mounts stay in here.
        ordinary_user.open_the_ways()
    os.execv(sys.executable, [sys.executable, "-m", "tests.attacks", *sys.argv[1:]])


class Season:
    """All attacks and controls that were chosen, at all levels that were."""

    def __init__(self, chosen: list[Any], columns: list[str], *, talk: bool) -> None:
        self._attacks = [
            each
            for each in chosen
            if isinstance(each, corpus.Attack)
            and each.machine in {None, platform.machine()}
        ]
        self._controls = [each for each in chosen if isinstance(each, corpus.Control)]
        self._columns = columns
        self._talk = talk
        self._rows: dict[str, dict[str, Verdict]] = {each.name: {} for each in chosen}
        self._troubles: list[str] = []
        self._not_offered: dict[str, str] = {}

    async def report(self) -> dict[str, Any]:
        """Do all of it."""
        standstill.watch()
        begun = time.monotonic()
        house = House()
        try:
            if "off" in self._columns:
                await self._bare(house)
            for level in corpus.LEVELS:
                here = [level, "off"] if level == "none" else [level]
                if set(here) & set(self._columns):
                    await self._at(level, house)
        finally:
            house.close()
        return {
            "user": USER,
            "columns": self._columns,
            "rows": {
                name: {k: {**asdict(v), "good": v.good} for k, v in row.items()}
                for name, row in self._rows.items()
            },
            "not_offered": self._not_offered,
            "troubles": self._troubles,
            "seconds": time.monotonic() - begun,
        }

    async def _bare(self, house: House) -> None:
        """Without any runner."""
        for attack in self._attacks:
            reason = attack.off_for(USER)
            if reason not in {"none", "bare"}:
                self._note(attack.name, "off", not_tried(reason))
        bare = [each for each in self._attacks if each.off_for(USER) == "bare"]
        bare.sort(key=lambda each: each.lives_on)
        for group in _groups(bare, _BARE_AT_ONCE):
            scenes = [Scene(attack, house, off=True) for attack in group]
            seen = await asyncio.gather(*(run_bare(scene) for scene in scenes))
            for scene, each in zip(scenes, seen, strict=True):
                verdict = judge_off(scene.attack, each, house.token)
                verdict.seconds = each.seconds
                self._note(scene.attack.name, "off", verdict)
            nonces = {scene.nonce for scene in scenes}
            await asyncio.to_thread(census.end_all, nonces, house.own_processes)
            for scene in scenes:
                scene.close()

    async def _at(self, level: str, house: House) -> None:
        """Everything that is to be done at one level, with one runner."""
        arena = Arena(level, house)
        try:
            await arena.start()
        except ExecutionError as error:
            if f"level {level!r} is not available here" not in str(error):
                raise  # nothing works at any level
            self._not_offered[level] = str(error)
            return
        try:
            if level == "none" and "off" in self._columns:
                off = [each for each in self._attacks if each.off_for(USER) == "none"]
                await self._attack(arena, off, column="off")
            if level in self._columns:
                here = [each for each in self._attacks if level in each.levels]
                await self._attack(arena, here, column=level)
                for control in self._controls:
                    if level in control.levels:
                        self._note(control.name, level, await arena.control(control))
        finally:
            self._troubles += [f"{level}: {sign}" for sign in await arena.close()]

    async def _attack(
        self, arena: Arena, attacks: list[Attack], *, column: str
    ) -> None:
        off = column == "off"
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def one(attack: Attack) -> None:
            async with at_once:
                verdict = await arena.attack(attack, off=off)
            self._note(attack.name, column, verdict)

        await asyncio.gather(*(one(each) for each in attacks if not each.alone))
        unrest = await arena.rest()
        if not off:
            self._troubles += [f"{column}: {sign}" for sign in unrest]
        for attack in attacks:
            if attack.alone:
                await one(attack)

    def _note(self, name: str, column: str, verdict: Verdict) -> None:
        self._rows[name][column] = verdict
        if self._talk:
            told = f"{verdict.seconds:5.1f} s  {column:8} {name:32} {verdict.word}"
            print(told, verdict.reason, file=sys.stderr, flush=True)


def _groups(attacks: Iterable[Attack], size: int) -> Iterator[list[Attack]]:
    waiting = list(attacks)
    while waiting:
        yield waiting[:size]
        waiting = waiting[size:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
