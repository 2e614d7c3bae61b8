"""Looks into an uploaded bundle, in a child that can do no harm to the service."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from program_runtime.errors import BadBundleError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MIB = 1024 * 1024
_MEMORY_BYTES = 1024 * _MIB
_FILE_BYTES = _MIB
_OPEN_FILES = 64
_REPORT_BYTES = 4 * _MIB

# The limits are set by the child itself: a preexec function would run between fork
# and exec of a process that has threads.
_CHILD = """
import resource, runpy, sys
for name, limit in (("RLIMIT_AS", {memory}), ("RLIMIT_CPU", {cpu}),
                    ("RLIMIT_FSIZE", {file}), ("RLIMIT_NOFILE", {files}),
                    ("RLIMIT_CORE", 0)):
    try:
        resource.setrlimit(getattr(resource, name), (limit, limit))
    except (ValueError, OSError):
        pass
runpy.run_module("program_runtime.bundle.inspect", run_name="__main__", alter_sys=True)
"""


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
    script = _CHILD.format(
        memory=_MEMORY_BYTES,
        cpu=int(timeout_s) + 1,
        file=_FILE_BYTES,
        files=_OPEN_FILES,
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-c",
        script,
        str(path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_REPORT_BYTES,
    )
    try:
        async with asyncio.timeout(timeout_s):
            output, _ = await child.communicate()
    except TimeoutError:
        raise _refused(f"looking into it took longer than {timeout_s:g} s") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return _read(output, child.returncode)


def _read(output: bytes, returncode: int | None) -> Inspection:
    try:
        report = json.loads(output)
    except ValueError:
        raise _refused(f"looking into it failed (status {returncode})") from None
    if not report["ok"]:
        raise BadBundleError(
            report["message"],
            problems=[Problem(**problem) for problem in report["problems"]],
        )
    metadata = report["metadata"]
    return Inspection(
        name=metadata["name"],
        version=metadata["version"],
        description=metadata.get("description") or "",
        metadata=metadata,
    )


def _refused(message: str) -> BadBundleError:
    problem = Problem(
        path="bundle",
        message=message,
        hint="Build it again with `qrt build`, which says what is in it.",
    )
    return BadBundleError("The bundle can not be used:", problems=[problem])
