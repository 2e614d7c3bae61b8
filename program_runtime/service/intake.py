"""Looks into an uploaded bundle, in a child that can do no harm to the service."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from program_runtime.errors import BadBundleError, Problem
from program_runtime.execution.launch.environment import child_environment
from program_runtime.metadata import bounds, json_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_COMMAND = ("-I", "-m", "program_runtime.service.inspector")
_REPORT_BYTES = 4 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
_END_S = 2.0
_DEPTH, _NODES = 100, 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a bundle says of itself."""

    name: str
    version: str
    description: str
    metadata: Mapping[str, Any]


async def inspect(path: Path, *, timeout_s: float) -> Inspection:
    """Inspect a bundle that a stranger sent.

    Args:
        path: The archive.
        timeout_s: How long that may take.

    Raises:
        BadBundleError: It can not be published; all that is wrong is listed.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *_COMMAND,
        str(int(timeout_s) + 1),
        str(path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=child_environment(),
    )
    try:
        async with asyncio.timeout(timeout_s):
            output = await _output_of(child)
            await child.wait()
    except TimeoutError:
        raise _refused(f"looking into it took longer than {timeout_s:g} s") from None
    finally:
        await _end(child)
    return _read(output, child.returncode)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.kill()
    # What is still in the pipe is read, else its descriptor would stay.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_END_S):
            await child.communicate()


async def _output_of(child: asyncio.subprocess.Process) -> bytes:
    """Read what the child says; more than a report is not believed anyway."""
    assert child.stdout is not None  # noqa: S101 - asked for above
    output = b""
    while piece := await child.stdout.read(_PIECE_BYTES):
        output += piece
        if len(output) > _REPORT_BYTES:
            raise _refused(f"the report on it has more than {_REPORT_BYTES:,} bytes")
    return output


def _read(output: bytes, returncode: int | None) -> Inspection:
    """Take the report apart; whoever leads the child could have written it."""
    try:
        report = json_text.load(output)
        if report["ok"] is not True:
            problems = [Problem(**problem) for problem in report["problems"]]
            raise BadBundleError(str(report["message"]), problems=problems)
        return _inspection(report["metadata"])
    except (ValueError, KeyError, TypeError):
        raise _refused(f"looking into it failed (status {returncode})") from None


def _inspection(metadata: dict[str, Any]) -> Inspection:
    texts = [metadata["name"], metadata["version"], metadata.get("description") or ""]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    if bounds.exceeded(metadata, depth=_DEPTH, nodes=_NODES):
        raise ValueError
    name, version, description = texts
    return Inspection(
        name=name, version=version, description=description, metadata=metadata
    )


def _refused(message: str) -> BadBundleError:
    problem = Problem(
        path="bundle",
        message=message,
        hint="Build it again with `qrt build`, which says what is in it.",
    )
    return BadBundleError("The bundle can not be used:", problems=[problem])
