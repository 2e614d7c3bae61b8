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
    from .scene import Scene

_PATIENCE_S = 5.0


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
    with facts.open() as stdin, errors.open("w") as stderr:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", str(corpus.HERE / "programs" / "bare.py")),
                *(str(scene.program), str(target)),
            ],
            cwd=work,
            env={**os.environ, "ATTACK_RUN": scene.nonce},
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            close_fds=False,
            start_new_session=True,
        )
    try:
        end = f"status {await asyncio.to_thread(process.wait, _PATIENCE_S)}"
    except subprocess.TimeoutExpired:
        end = "lives on"
    seen = Observation(end=end, seconds=time.monotonic() - begun)
    seen.message = errors.read_text(errors="replace")[-300:]
    if target.exists():
        seen.end = "Completed"
        seen.texts = target.read_text()
        seen.result = json.loads(seen.texts)
    left = census.left_by({scene.nonce}, census.everybody()).get(scene.nonce, [])
    seen.harm = [f"left process {process}" for process in left if process.state != "Z"]
    if end == "lives on":
        seen.harm.append("it lives on")
        process.kill()
        process.wait()
    seen.evidence = scene.evidence()
    return seen
