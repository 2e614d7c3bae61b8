"""Runs an attack in a plain process: the defence is off because there is none."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from . import census, corpus
from .judge import Observation

if TYPE_CHECKING:
    from pathlib import Path

    from .scene import Scene

_PATIENCE_S = 8.0
_LIVES_ON_S = 0.6


async def run_bare(scene: Scene) -> Observation:
    """Run all turns of it in one process.

    The descriptors, environment and user of the server are those of the program.
    """
    begun = time.monotonic()
    work, target = scene.scratch / "work", scene.scratch / "result.json"
    work.mkdir()
    turns = range(1, scene.attack.turns + 1)
    facts = scene.scratch / "facts.json"
    facts.write_text(f"[{','.join(scene.inputs(turn).decode() for turn in turns)}]")
    errors = scene.scratch / "errors.txt"
    process = await asyncio.to_thread(_start, scene, work, facts, errors)
    patience_s = _LIVES_ON_S if scene.attack.lives_on else _PATIENCE_S
    try:
        end = f"status {await asyncio.to_thread(process.wait, patience_s)}"
    except subprocess.TimeoutExpired:
        end = "lives on"
    seen = Observation(end=end, seconds=time.monotonic() - begun)
    seen.message = errors.read_text(errors="replace")[-300:]
    if target.exists():
        seen.end = "Completed"
        seen.texts = target.read_text()
        seen.result = json.loads(seen.texts)
    if not isinstance(seen.result, dict):  # what it left has to speak for it
        left = [p for p in census.below().values() if p.run() == scene.nonce]
        seen.harm = [f"left process {process}" for process in left]
    if end == "lives on":
        seen.harm.append("it lives on")
        process.kill()
        process.wait()
    seen.evidence = scene.evidence()
    return seen


def _start(scene: Scene, work: Path, facts: Path, errors: Path) -> subprocess.Popen:
    program = str(corpus.HERE / "programs" / "bare.py")
    target = str(scene.scratch / "result.json")
    with facts.open() as stdin, errors.open("w") as stderr:
        return subprocess.Popen(
            [sys.executable, "-P", program, str(scene.program), target],
            cwd=work,
            env={**os.environ, "ATTACK_RUN": scene.nonce},
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            close_fds=False,
            start_new_session=True,
        )
