"""Finds out which levels hold here, by really trying to break them.

A process builds the walls of a level around itself, as a job's process does, and then
tries what the level forbids. A level is offered if nothing of it worked. What could
not be done without the walls either would prove nothing, so that is tried first.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from program_runtime.errors import ExecutionError
from program_runtime.execution.confinement.job_users import JobUsers
from program_runtime.execution.confinement.level import AUTO, Level, levels_to_try
from program_runtime.execution.confinement.walls import Walls
from program_runtime.execution.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["probe_levels", "probe_machine"]

_PATIENCE_S: Final = 10.0
_PROCESSES: Final = 8
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Oracle:
    """What a confined process must not reach."""

    canary: Path
    port: int
    pid: int


def probe_machine() -> dict[str, list[str]]:
    """Try every level in a process of its own.

    Returns:
        For each level what stands against it; nothing, if it is offered.
    """
    done = subprocess.run(
        [sys.executable, "-P", "-m", __name__],
        capture_output=True,
        text=True,
        timeout=6 * _PATIENCE_S,
        check=False,
    )
    try:
        problems: dict[str, list[str]] = json.loads(done.stdout)
    except ValueError:
        reason = f"the probe failed: {done.stderr.strip()[-500:]}"
        return {Level.STRONG: [reason], Level.REDUCED: [reason], Level.NONE: []}
    return problems


def probe_levels(asked: str, *, every: bool = False) -> dict[str, list[str]]:
    """Try the levels that answer a wish, until one holds.

    Must run in a process with one thread: it forks.

    Args:
        asked: ``auto`` or the name of a level.
        every: Go on when a level holds.

    Returns:
        For each level that was tried what stands against it.
    """
    problems: dict[str, list[str]] = {}
    for level in levels_to_try(asked):
        problems[level] = _probe(level)
        if not problems[level] and not every:
            break
    return problems


def _probe(level: Level) -> list[str]:
    if level is Level.NONE:
        return []
    if sys.platform != "linux":
        return [f"it needs Linux, this is {sys.platform}"]
    from program_runtime.execution.confinement import (  # noqa: PLC0415 - Linux
        landlock,
    )

    with _planted() as oracle:
        blind = _attack(oracle)
        if "canary" not in blind:
            return ["it could not be proved: the planted file can not be read at all"]
        found = _attack_confined(level, oracle)
    if isinstance(found, str):
        return [found]
    if level is Level.REDUCED and not landlock.signals_are_scoped():
        # Older kernels can not do that; the documentation says so.
        found.pop("signal", None)
    return [reason for name, reason in found.items() if name in blind or name == "own"]


@contextlib.contextmanager
def _planted() -> Iterator[_Oracle]:
    with (
        tempfile.TemporaryDirectory(prefix="qrt-probe-") as folder,
        socket.socket() as listener,
    ):
        Path(folder).chmod(0o755)
        canary = Path(folder) / "canary"
        canary.write_text("a secret")
        canary.chmod(0o644)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield _Oracle(canary=canary, port=listener.getsockname()[1], pid=os.getpid())


def _attack(oracle: _Oracle) -> dict[str, str]:
    """Try everything; what worked, by name."""
    found = {}
    with contextlib.suppress(OSError):
        oracle.canary.read_text()
        found["canary"] = "a program can read the files of this machine"
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", oracle.port), timeout=1).close()
        found["network"] = "a program can connect to this machine"
    with contextlib.suppress(OSError):
        os.kill(oracle.pid, 0)
        found["signal"] = "a program can signal other processes"
    return found


def _attack_confined(level: Level, oracle: _Oracle) -> dict[str, str] | str:
    """Do the same from inside the walls; a text if they could not be built."""
    from program_runtime.execution import keeper  # noqa: PLC0415 - it imports this

    walls = Walls(
        level=level, uid=JobUsers().next(level), disk_bytes=_MIB, disk_files=64
    )
    user, group = os.geteuid(), os.getegid()
    answer, question = os.pipe()
    try:
        pid = keeper.split(walls)
    except OSError as error:
        os.close(answer)
        os.close(question)
        return str(error)
    if pid == 0:
        _in_keeper(walls, oracle, question, user, group)
    os.close(question)
    try:
        text = _read_all(answer)
    finally:
        os.close(answer)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    try:
        found: dict[str, str] | str = json.loads(text)
    except ValueError:
        return "a process could not confine itself"
    return found


def _in_keeper(walls: Walls, oracle: _Oracle, fd: int, user: int, group: int) -> None:
    found: dict[str, str] | str
    try:
        from program_runtime.execution import confinement  # noqa: PLC0415

        if walls.level is Level.STRONG:
            confinement.isolate(walls, user=user, group=group)
        confinement.restrict(walls)
        _check_interpreter()
        confinement.confine(walls, Limits(processes=_PROCESSES), [])
        _check_interpreter()
        found = _attack(oracle)
        if walls.level is Level.STRONG:
            found |= _private_bounds()
    except BaseException as error:  # noqa: BLE001 - a process boundary
        found = str(error) or type(error).__name__
    os.write(fd, json.dumps(found).encode())
    os._exit(0)


def _check_interpreter() -> None:
    """A program needs to import more than what is loaded already."""
    try:
        Path(os.__file__).read_bytes()
    except OSError as error:
        raise ExecutionError(
            f"the interpreter in {sys.base_prefix} can not be read by another user, "
            "so Python and its packages must be where every user may read"
        ) from error


def _private_bounds() -> dict[str, str]:
    """What namespaces alone can hold."""
    foreign = [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208
    if len(foreign) > 1:
        return {"own": "a program can see other processes"}
    if not _is_bounded():
        return {"own": "a program can start more processes than its limit"}
    return {}


def _is_bounded() -> bool:
    for _ in range(_PROCESSES + 1):
        try:
            if os.fork() == 0:
                signal.pause()
                os._exit(0)
        except OSError:
            return True
    return False


def _read_all(fd: int) -> str:
    text = b""
    while select.select([fd], [], [], _PATIENCE_S)[0]:
        piece = os.read(fd, 65536)
        if not piece:
            break
        text += piece
    return text.decode()


def _report() -> dict[str, Any]:
    return probe_levels(AUTO, every=True)


if __name__ == "__main__":
    print(json.dumps(_report()))  # noqa: T201 - this is its answer
