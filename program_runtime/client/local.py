"""The service on this machine: found where it runs, started when it does not."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from program_runtime import errors
from program_runtime.client import file_lock, locations
from program_runtime.client.api import ServiceApi
from program_runtime.client.profiles import Profile
from program_runtime.client.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LOG_NAME", "PROFILE_NAME", "ensure_local_service", "find_local_service"]

_logger = logging.getLogger(__name__)

PROFILE_NAME = "local"
LOG_NAME = "service.log"

_STATE_NAME, _TOKEN_NAME, _LOCK_NAME = "service.json", "owner.token", "start.lock"
_SERVICE_PACKAGES = ("alembic", "fastapi", "sqlalchemy", "uvicorn")
_IDLE_EXIT_S = 600.0
_START_TIMEOUT_S = 60.0
_LOG_BYTES = 5 * 1024 * 1024
_SHOWN_LINES = 15

_started: list[subprocess.Popen[bytes]] = []
"""Kept so that no process is left unreaped while this one lives."""


def ensure_local_service(
    data_dir: Path | None = None,
    *,
    config_dir: Path | None = None,
    idle_exit_s: float = _IDLE_EXIT_S,
    start_timeout_s: float = _START_TIMEOUT_S,
    on_start: Callable[[str], object] | None = None,
) -> Profile:
    """Find the service of a data directory, or start it.

    A started service outlives this process and ends when nobody used it for
    ``idle_exit_s``. Callers that race start one service.

    Args:
        data_dir: The service's data directory; by default the user's.
        config_dir: Where a started service stores its profile; by default the
            user's.
        idle_exit_s: When a service started here ends by itself.
        start_timeout_s: How long the start may take.
        on_start: Called with the data directory when a service is being started.

    Returns:
        Where the service is, with its owner's token.

    Raises:
        ServiceUnreachableError: It can not be started; the message has its log's end.
    """
    folder = (data_dir or locations.default_data_dir()).absolute()
    found = find_local_service(folder)
    if found is not None:
        return found
    with file_lock.hold(folder / _LOCK_NAME):
        found = find_local_service(folder)
        if found is not None:
            return found
        _check_packages()
        if on_start is not None:
            on_start(str(folder))
        _start(folder, _command(folder, config_dir, idle_exit_s), start_timeout_s)
    found = find_local_service(folder)
    if found is None:
        raise _not_started(folder, "It started, but it does not answer.")
    return found


def find_local_service(data_dir: Path) -> Profile | None:
    """The service that runs on a data directory, or None when none answers."""
    try:
        state = json.loads((data_dir / _STATE_NAME).read_text(encoding="utf-8"))
        if not _lives(state["pid"]):
            return None
        token = (data_dir / _TOKEN_NAME).read_text(encoding="utf-8").strip()
        profile = Profile(
            name=PROFILE_NAME,
            url=state["url"],
            token=Secret(token),
            data_dir=data_dir,
            verify=Path(state["ca"]) if "ca" in state else None,
        )
        # Another program may have the port by now: only ours knows the token.
        api = ServiceApi(profile.url, profile.token, verify=profile.trust)
    except (OSError, ValueError, KeyError, TypeError, errors.InvalidValueError):
        return None
    try:
        api.whoami()
    except (errors.ProgramRuntimeError, ValueError) as err:
        _logger.debug("No service at %s: %s", profile.url, err)
        return None
    finally:
        api.close()
    return profile


def _lives(pid: int) -> bool:
    """Whether a service that crashed left its trace behind.

    Then anyone on this machine may listen on its port, and must not get the token.
    """
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return True


def _check_packages() -> None:
    missing = [name for name in _SERVICE_PACKAGES if not importlib.util.find_spec(name)]
    if missing:
        raise errors.ServiceUnreachableError(
            f"The local service can not start: {', '.join(missing)} not installed.",
            hint="Install the service: pip install 'qiskit-program-toolkit[service]'",
        )


def _command(folder: Path, config_dir: Path | None, idle_exit_s: float) -> list[str]:
    command = [
        # -P: a file of the user's folder must not stand in for a module.
        *(sys.executable, "-P", "-m", "program_runtime.service"),
        *("--port", "0", "--idle-exit", f"{idle_exit_s:g}"),
        *("--data-dir", str(folder)),
    ]
    if config_dir is not None:
        command += ["--config-dir", str(config_dir.absolute())]
    return command


def _start(folder: Path, command: list[str], timeout_s: float) -> None:
    """Start the service in a session of its own and wait for its ready line."""
    with _open_log(folder) as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=folder,
            bufsize=0,
            start_new_session=True,
        )
    _started[:] = [earlier for earlier in _started if earlier.poll() is None]
    _started.append(process)
    assert process.stdout is not None  # noqa: S101 - asked for above
    end = time.monotonic() + timeout_s
    with process.stdout as pipe:
        if _has_line(pipe, end):
            return
    try:
        code = process.wait(max(end - time.monotonic(), 0))
    except subprocess.TimeoutExpired as err:
        process.kill()
        process.wait()
        raise _not_started(folder, f"It was not ready after {timeout_s:g} s.") from err
    if find_local_service(folder) is None:
        raise _not_started(folder, f"It ended with exit code {code}.")


def _has_line(pipe: IO[bytes], end: float) -> bool:
    """Wait for one line; False when the pipe ends or the time is over first."""
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([pipe], [], [], max(end - time.monotonic(), 0))
        piece = pipe.read(1) if readable else b""
        if not piece:
            return False
        line += piece
    return True


def _open_log(folder: Path) -> IO[bytes]:
    path = folder / LOG_NAME
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    path.touch(mode=0o600)
    return path.open("ab")


def _not_started(folder: Path, reason: str) -> errors.ServiceUnreachableError:
    path = folder / LOG_NAME
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    tail = "".join(f"\n  {line}" for line in lines[-_SHOWN_LINES:])
    return errors.ServiceUnreachableError(
        f"The local service did not start. {reason} The end of {path}:{tail}\n",
        hint=f"Start it by hand to see more: qrt serve --data-dir {folder}",
    )
