"""Installs what a lock names, with uv: wheels are unpacked, and nothing of them run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from program_runtime.environments import uv as uv_tool
from program_runtime.errors import BadRequirementsError, Problem, StorageError
from program_runtime.execution.launch.environment import child_environment
from program_runtime.service.environments.occupied import occupied

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from program_runtime.environments import Pin

__all__ = ["NO_INDEX", "Bounds", "Installer"]

NO_INDEX: Final = "off"
"""The address of an index that means: there is none."""
_READABLE: Final = ("/bin/sh", "-c", 'umask 022; exec "$0" "$@"')
"""Jobs of other users read what is installed, whatever the service prefers."""
_COMPILING: Final = "program_runtime.service.environments.compiling"
_LOOK_S: Final = 0.25
_OUTPUT_BYTES: Final = 64 * 1024
_DISK_FULL: Final = "No space left on device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much one environment may be; what it is downloaded as counts, too."""

    total_bytes: int = 4 * 1024**3
    files: int = 100_000
    time_s: float = 900.0


class Installer:
    """Runs uv with the configuration of this machine, and what the operator set.

    Args:
        index_url: Instead of the machine's; ``off``: no index at all. It may hold
            credentials, and so is in no command line.
        find_links: A folder of wheels, or the address of a page of them, besides.
        bounds: Beyond these an installation is ended.
        environment: To choose uv's own from; that of this process if not given.
    """

    def __init__(
        self,
        *,
        index_url: str | None = None,
        find_links: str | None = None,
        bounds: Bounds | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        source = os.environ if environment is None else environment
        self._environment = uv_tool.configuration(source)
        self._options = ("--no-index",) if index_url == NO_INDEX else ()
        if index_url is not None and index_url != NO_INDEX:
            self._environment["UV_DEFAULT_INDEX"] = index_url
            self._environment.pop("UV_INDEX_URL", None)
        if find_links is not None:
            is_address = "://" in find_links
            place = find_links if is_address else str(Path(find_links).absolute())
            self._environment["UV_FIND_LINKS"] = place
        self._bounds = bounds or Bounds()

    async def unpack(self, pins: Iterable[Pin], target: Path, *, work: Path) -> None:
        """Put packages into a folder for a path of this interpreter.

        Args:
            pins: What, and the only files that are taken for it.
            target: Made if missing.
            work: An empty folder on the same file system, for downloads.

        Raises:
            BadRequirementsError: They can not be had, or are too large.
            StorageError: The disk is full.
        """
        options = ["--target", str(target), "--python", sys.executable]
        await self._install(pins, options, work)

    async def compile(self, packages: Path, *, work: Path) -> None:
        """Compile the modules in a folder, in a confined child.

        Args:
            packages: What was installed.
            work: As in ``unpack``.

        Raises:
            BadRequirementsError: They are too large by now.
        """
        command = [sys.executable, "-I", "-m", _COMPILING, str(packages)]
        await self._watch(command, work, child_environment())

    async def _install(
        self, pins: Iterable[Pin], options: list[str], work: Path
    ) -> None:
        listed = work / "listed.txt"
        lines = [_line(pin) for pin in pins]
        await asyncio.to_thread(listed.write_text, "".join(lines))
        await self._run(
            [
                *("pip", "install", *options, "--no-deps", "--require-hashes"),
                *("--only-binary", ":all:", "--no-sources", "--strict"),
                *self._options,
                *("--requirement", str(listed)),
            ],
            work,
        )

    async def _run(self, words: list[str], work: Path) -> None:
        uv = uv_tool.find_uv()
        if uv is None:
            raise BadRequirementsError(
                "The service can build no environments: uv is not installed there.",
                hint="Its operator installs it (pip install uv).",
            )
        command = [uv, *words, "--no-progress", "--no-python-downloads"]
        # So the packages of one user's lock are another's only by their hashes, what
        # is downloaded is bounded, and nothing is left of it.
        cache = {"UV_CACHE_DIR": str(work / "cache")}
        status, said = await self._watch(command, work, {**self._environment, **cache})
        if status:
            raise _failure(said)

    async def _watch(
        self, command: list[str], work: Path, environment: dict[str, str]
    ) -> tuple[int | None, str]:
        """Run a command within the bounds; return its status and its last words."""
        child = await asyncio.create_subprocess_exec(
            *_READABLE,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            # uv reads configurations in all folders above, and others than the
            # operator may write into those of temporary files.
            cwd="/",
            start_new_session=True,
        )
        try:
            said = await self._watched(child, work)
        finally:
            await _end(child)
        return child.returncode, said

    async def _watched(self, child: asyncio.subprocess.Process, work: Path) -> str:
        """Wait for the end, or for more than is allowed."""
        assert child.stderr is not None  # noqa: S101 - asked for
        reading = asyncio.ensure_future(_tail(child.stderr))
        try:
            async with asyncio.timeout(self._bounds.time_s):
                while not (await asyncio.wait([reading], timeout=_LOOK_S))[0]:
                    self._check(*await asyncio.to_thread(occupied, work.parent))
                await child.wait()
        except TimeoutError:
            raise _too_much(f"take longer than {self._bounds.time_s:g} s") from None
        finally:
            reading.cancel()
        self._check(*await asyncio.to_thread(occupied, work.parent))
        return reading.result()

    def _check(self, total: int, files: int) -> None:
        most = self._bounds
        if total > most.total_bytes:
            raise _too_much(f"have more than {most.total_bytes:,} bytes")
        if files > most.files:
            raise _too_much(f"have more than {most.files:,} files")


async def _tail(stream: asyncio.StreamReader) -> str:
    said = b""
    while piece := await stream.read(_OUTPUT_BYTES):
        said = (said + piece)[-_OUTPUT_BYTES:]
    return said.decode("utf-8", "replace")


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    await child.wait()


def _line(pin: Pin) -> str:
    hashes = "".join(f" --hash={digest}" for digest in pin.hashes)
    return f"{pin.name}=={pin.version}{hashes}\n"


def _failure(said: str) -> Exception:
    if _DISK_FULL in said:
        return StorageError("The service's disk is full: no environment can be built.")
    return BadRequirementsError(
        "The release's requirements can not be installed:",
        problems=[Problem(path="requirements.lock", message=uv_tool.reason(said))],
        hint="The service takes wheels alone, from the index that its operator chose.",
    )


def _too_much(what: str) -> BadRequirementsError:
    return BadRequirementsError(
        "The release's requirements can not be installed:",
        problems=[Problem(path="requirements.lock", message=f"its packages {what}")],
        hint="Require less; large data belongs into inputs.",
    )
