"""Imports a program that is about to be published, where its jobs will run.

What does not find its modules is refused at once, not in the first caller's job.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from program_runtime.errors import BadBundleError, ExecutionError, Problem
from program_runtime.execution.control import JobControl
from program_runtime.execution.outcome import JobStatus
from program_runtime.execution.spec import JobSpec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from program_runtime.execution.events import Event
    from program_runtime.execution.limits import Limits
    from program_runtime.execution.outcome import Outcome
    from program_runtime.service.environments import Environment
    from program_runtime.service.executors import Executor

__all__ = ["smoke_import"]

_KIB: Final = 1024
_BACKEND: Final = "aer_simulator"
_FRAME: Final = re.compile(r'^\s*File "([^"\n]{1,255})", line (\d{1,7})', re.MULTILINE)
_MODULE: Final = re.compile(r"ModuleNotFoundError: No module named '([\w.]{1,200})'")
_PREFIX: Final = "program.py can not be imported: "
_CHARS: Final = 600
_NO_RESOURCE: Final = frozenset({"bad_program", "crashed", "program_error"})
_OUR_FAULT: Final = frozenset({"internal", "storage"})


class _Nowhere:
    """Nothing that a program says while it is imported is kept."""

    async def append(self, events: Sequence[Event]) -> None:
        """Drop events, and the files of those that have some."""
        for event in events:
            if event.blob is not None:
                await asyncio.to_thread(event.blob.path.unlink, missing_ok=True)

    async def finish(self, events: Sequence[Event], outcome: Outcome) -> None:
        """Drop the last ones."""
        del outcome
        await self.append(events)


async def smoke_import(
    executor: Executor,
    folder: Path,
    *,
    limits: Limits,
    timeout_s: float,
    environment: Environment | None = None,
) -> None:
    """Import a program in a confined child, without network, and call nothing of it.

    Args:
        executor: Runs it as it runs jobs.
        folder: The unpacked bundle.
        limits: Of a job.
        timeout_s: How long the import may take.
        environment: Of the release, if it has one.

    Raises:
        BadBundleError: It can not be imported; says where and why.
        ExecutionError: No child could be started.
    """
    spec = JobSpec(
        job_id="import",
        program_dir=folder,
        inputs=b"{}",
        backend=_BACKEND,
        import_only=True,
        limits=replace(
            limits,
            wall_time_s=timeout_s,
            log_bytes=256 * _KIB,
            message_bytes=16 * _KIB,
            messages_bytes=256 * _KIB,
            result_bytes=16 * _KIB,
        ),
        overlay=environment.overlay if environment is not None else (),
        alone=environment is not None and environment.alone,
    )
    outcome = await executor.run(spec, _Nowhere(), JobControl(), first_seq=1)
    if outcome.status is JobStatus.COMPLETED:
        return
    if outcome.code in _OUR_FAULT:
        raise ExecutionError(f"The program could not be tried: {outcome.message}")
    raise _refused(outcome)


def _refused(outcome: Outcome) -> BadBundleError:
    message = (outcome.message or "").removeprefix(_PREFIX)
    frames = _FRAME.findall(outcome.traceback or "")
    name, line = frames[-1] if frames else ("program.py", "")
    problem = Problem(
        path=f"{name}:{line}" if line else name,
        message=f"can not be imported: {_last_line(message)}",
        hint=_hint(message, outcome.code),
    )
    return BadBundleError("The program can not be imported:", problems=[problem])


def _last_line(message: str) -> str:
    lines = [line for line in message.splitlines() if line.strip()] or ["it failed"]
    return lines[-1].strip()[:_CHARS].removesuffix(".")


def _hint(message: str, code: str | None) -> str:
    found = _MODULE.search(message)
    if found:
        package = found[1].partition(".")[0]
        if "." in found[1]:
            return f"The {package} on the service has no such module"
        return (
            f"Write {package}.py beside program.py, or add what brings {package} to "
            "[project] dependencies in pyproject.toml"
        )
    if code in _NO_RESOURCE:
        return "`qrt run` shows the same here, unless the packages differ"
    return "Move what takes so much into main()"
