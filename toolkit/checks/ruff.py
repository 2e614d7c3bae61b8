"""What Ruff says about the project, where Ruff is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.checks.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["find_ruff", "run_ruff"]

_LONGEST_S = 60.0
_WORDS = (
    "check",
    "--output-format=json",
    "--exit-zero",
    "--no-cache",
    "--no-fix",
    "--quiet",
    ".",
)


def find_ruff() -> Path | None:
    """Find Ruff beside this Python, or on the path."""
    beside = shutil.which("ruff", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("ruff")
    return Path(found) if found else None


def run_ruff(root: Path, ruff: Path | None = None) -> list[Finding]:
    """Ask Ruff about a project; its own settings decide what is said.

    Args:
        root: The project's folder.
        ruff: The program; found if it is not named.

    Returns:
        Warnings with codes such as ``ruff:F401``; none where Ruff is not installed,
        and one, ``ruff:failed``, where it can not do its work.
    """
    ruff = ruff or find_ruff()
    if ruff is None:
        return []
    try:
        ran = subprocess.run(
            [str(ruff), *_WORDS],
            cwd=root,
            capture_output=True,
            timeout=_LONGEST_S,
            check=False,
        )
        said = json.loads(ran.stdout) if ran.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return [_failed(str(error))]
    if not isinstance(said, list):
        return [_failed(_reason(ran.stderr))]
    return list(_findings(said, root))


def _findings(said: list[dict[str, Any]], root: Path) -> Iterator[Finding]:
    top = os.path.realpath(root)
    for each in said:
        fix = each.get("fix") or {}
        is_safe = fix.get("applicability") == "safe"
        path = os.path.relpath(os.path.realpath(each["filename"]), top)
        yield Finding(
            severity=Severity.WARNING,
            code=f"ruff:{each.get('code') or 'invalid-syntax'}",
            message=f"{each['message'].rstrip('.')}.",
            hint="`ruff check --fix` mends it." if is_safe else None,
            path=Path(path).as_posix(),
            line=(each.get("location") or {}).get("row"),
        )


def _failed(reason: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        code="ruff:failed",
        message=f"Ruff can not judge the project: {reason.rstrip('.')}.",
        hint="`qrt check --no-ruff` leaves it out.",
    )


def _reason(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    kept = [" ".join(line.removeprefix("ruff failed").split()) for line in lines]
    return " ".join(filter(None, kept))[:300] or "it says nothing that can be read"
