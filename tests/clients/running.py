"""Runs a scenario inside a client's environment and reads what it found."""

import json
import os
import subprocess
from dataclasses import dataclass

from clients.environments import HERE, python_of

SCENARIO_S = 300
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that a scenario held the service to."""

    name: str
    ok: bool
    detail: str = ""


def run_scenario(client, script, *, home, timeout=SCENARIO_S, **environment):
    """Run ``scenarios/<script>.py`` and return its checks.

    A scenario that ends before its last line is one more check, which failed.

    Args:
        client: Whose environment.
        script: The scenario's name.
        home: An empty folder: nothing of this machine's accounts.
        timeout: In seconds.
        **environment: What the scenario gets to know, by the names of variables.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    home.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            [python_of(client), HERE / "scenarios" / f"{script}.py"],
            env={**kept, "HOME": str(home), "NO_PROXY": "*", **environment},
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        out, told = done.stdout, f"exit {done.returncode}: {done.stderr[-2000:]}"
        ended = done.returncode == 0
    except subprocess.TimeoutExpired as late:
        out = (late.stdout or b"").decode()
        ended, told = False, f"not done after {timeout} s: {late.stderr}"
    checks = [
        Check(name=line["check"], ok=line["ok"], detail=line.get("detail", ""))
        for line in map(json.loads, filter(_is_check, out.splitlines()))
    ]
    return checks if ended else [*checks, Check(name="ends", ok=False, detail=told)]


def _is_check(line):
    return line.startswith('{"check"')
