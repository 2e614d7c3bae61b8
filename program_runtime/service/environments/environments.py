"""Finds the environment of a lock, building it the first time."""

from __future__ import annotations

import asyncio
import collections
import functools
import hashlib
import logging
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import program_runtime
from program_runtime import environments
from program_runtime.environments import Kind
from program_runtime.errors import BadRequirementsError, Problem
from program_runtime.execution.confinement import Level
from program_runtime.execution.work_dir import shared_work_root
from program_runtime.service.environments import verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from program_runtime.environments import BaseEnvironment, Lock
    from program_runtime.service.environments.installer import Installer
    from program_runtime.service.environments.shelf import Shelf

__all__ = ["Environment", "Environments", "Progress"]

log = logging.getLogger(__name__)

_BUILDS: Final = 2
_REMEMBERED_S: Final = 300.0
_PACKAGES: Final = "packages"
_RUNTIME: Final = "runtime"
"""Beside packages that are in place of the base: holds our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where the packages of a release are."""

    name: str
    overlay: tuple[Path, ...] = ()
    """Folders with packages, behind the base."""
    alone: bool = False
    """Whether that is all: nothing of the base is there."""


@dataclass(slots=True, kw_only=True)
class Progress:
    """A build, seen by whoever waits for it."""

    message: str
    task: asyncio.Task[Environment]
    since: float


class Environments:
    """Builds environments, one at a time for each lock.

    Args:
        shelf: Keeps them.
        installer: Fills them; None: the operator wants none.
        look: Finds what all programs have, when it is first asked for.
    """

    def __init__(
        self,
        shelf: Shelf,
        installer: Installer | None,
        *,
        look: Callable[[], BaseEnvironment],
    ) -> None:
        self._shelf = shelf
        self._installer = installer
        self._look = look
        self._turns = asyncio.Semaphore(_BUILDS)
        self._builds: dict[str, Progress] = {}
        self._users: collections.Counter[str] = collections.Counter()

    @property
    def base(self) -> BaseEnvironment:
        """What all programs have; found by reading files, for the first time."""
        return self._look()

    @property
    def enabled(self) -> bool:
        """Whether releases may have requirements of their own here."""
        return self._installer is not None

    def start(self, level: str) -> None:
        """Find a place that programs can read, and remove what a crash left there.

        Args:
            level: The isolation of programs.
        """
        if level == Level.REDUCED and os.geteuid() == 0:
            # Jobs are other users then, who can not reach into a private folder.
            self._shelf.root = _own_shared(self._shelf.root)
        self._shelf.tidy()

    async def close(self) -> None:
        """End the builds that are under way."""
        tasks = [progress.task for progress in self._builds.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def sweep(self) -> None:
        """Throw away what is not used any more."""
        for name in self._shelf.evict({*self._users, *self._builds}):
            log.info("the environment %s was removed", name)

    def progress(self, lock: Lock) -> Progress:
        """Begin to build the environment of a lock, or join who does.

        Args:
            lock: From a stranger.

        Returns:
            The build; one that is done may have failed.
        """
        name = self._name(lock)
        for other in [key for key, each in self._builds.items() if _is_stale(each)]:
            del self._builds[other]
        known = self._builds.get(name)
        if known is not None:
            return known
        doing = "Waiting to build" if self._turns.locked() else "Building"
        progress = Progress(
            message=f"{doing} the environment: {_packages(lock)}.",
            task=asyncio.create_task(self._build(lock, name)),
            since=time.monotonic(),
        )
        self._builds[name] = progress
        progress.task.add_done_callback(functools.partial(self._on_end, name))
        return progress

    async def of(self, lock: Lock) -> Environment:
        """Return the environment of a lock, when it is there.

        Raises:
            BadRequirementsError: It can not be built.
            StorageError: The disk is full.
        """
        found = await asyncio.to_thread(self._find, lock)
        if found is not None:
            return found
        try:
            return await asyncio.shield(self.progress(lock).task)
        finally:
            self.told(lock)

    def is_there(self, lock: Lock) -> bool:
        """Whether there is nothing to wait for; reads the disk."""
        return self._find(lock) is not None

    @property
    def waiting(self) -> int:
        """How many builds are under way, or wait for others."""
        return sum(not progress.task.done() for progress in self._builds.values())

    def is_known(self, lock: Lock) -> bool:
        """Whether its build is under way, waits for others, or has failed just now."""
        return self._name(lock) in self._builds

    def told(self, lock: Lock) -> None:
        """Forget a build that is over: somebody has its outcome."""
        name = self._name(lock)
        known = self._builds.get(name)
        if known is not None and known.task.done():
            del self._builds[name]

    @contextmanager
    def used(self, environment: Environment) -> Iterator[None]:
        """Keep an environment from being thrown away."""
        self._users[environment.name] += 1
        try:
            yield
        finally:
            self._users[environment.name] -= 1
            self._users += collections.Counter()  # drops zeros

    def _name(self, lock: Lock) -> str:
        """Name all that decides what is built."""
        package = str(Path(program_runtime.__file__).parent)
        parts = f"{lock.digest()} {self.base.identity()} {package}"
        return hashlib.sha256(parts.encode()).hexdigest()[:32]

    def _find(self, lock: Lock) -> Environment | None:
        folder = self._shelf.find(self._name(lock))
        return None if folder is None else _environment(folder, lock)

    async def _build(self, lock: Lock, name: str) -> Environment:
        if self._installer is None:
            raise _off(lock)
        await asyncio.to_thread(verification.check_before, lock, self.base)
        async with self._turns:
            found = await asyncio.to_thread(self._find, lock)
            if found is not None:
                return found
            began = time.monotonic()
            log.info("building the environment %s: %s", name, _packages(lock))
            self._say(name, f"Building the environment: {_packages(lock)}.")
            with self._shelf.place() as place:
                try:
                    folder = await self._fill(lock, name, place, self._installer)
                finally:  # downloads are many files
                    await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
            log.info("environment %s: %.1f s", name, time.monotonic() - began)
        await asyncio.to_thread(self.sweep)
        return _environment(folder, lock)

    async def _fill(
        self, lock: Lock, name: str, place: Path, installer: Installer
    ) -> Path:
        content, work = place / "content", place / "work"
        for folder in (content, work):
            folder.mkdir()
        installed = self.base.versions()
        packages = content / _PACKAGES
        packages.mkdir()
        missing, there = lock.pins, lock.versions()
        if lock.kind is Kind.OVERLAY:
            missing = tuple(pin for pin in lock.pins if pin.name not in installed)
            there |= installed
        else:
            _link_runtime(content / _RUNTIME)
        if missing:
            await installer.unpack(missing, packages, work=work)
        await asyncio.to_thread(verification.check_after, lock, packages, there)
        (packages / ".lock").unlink(missing_ok=True)
        await installer.compile(packages, work=work)
        return await asyncio.to_thread(self._shelf.put, content, name)

    def _on_end(self, name: str, task: asyncio.Task[Environment]) -> None:
        """Forget what is found on disk now; who asks again is told of a failure."""
        if task.cancelled() or task.exception() is None:
            self._builds.pop(name, None)
        else:
            log.info("the environment %s can not be built: %s", name, task.exception())

    def _say(self, name: str, message: str) -> None:
        if name in self._builds:
            self._builds[name].message = message


def _own_shared(folder: Path) -> Path:
    """Take a place among temporary files now: later somebody else might."""
    root = shared_work_root(folder)
    try:
        root.mkdir(mode=0o711)
    except FileExistsError:
        root = shared_work_root(folder)  # which looks at whose it is
    return root


def _environment(folder: Path, lock: Lock) -> Environment:
    packages = folder / _PACKAGES
    if lock.kind is Kind.OVERLAY:
        return Environment(name=folder.name, overlay=(packages,))
    overlay = (packages, folder / _RUNTIME)
    return Environment(name=folder.name, overlay=overlay, alone=True)


def _link_runtime(folder: Path) -> None:
    """Let who does not see the base import our package, and ours alone."""
    folder.mkdir()
    package = Path(program_runtime.__file__).parent
    (folder / package.name).symlink_to(package, target_is_directory=True)


def _packages(lock: Lock) -> str:
    count = len(lock.pins)
    shown = ", ".join(pin.name for pin in lock.pins[:3])
    more = ", ..." if count > 3 else ""  # noqa: PLR2004 - as many as are shown
    return f"{count} package{'s' * (count != 1)} ({shown}{more})"


def _is_stale(progress: Progress) -> bool:
    """A failure that nobody came for is tried again in the end."""
    age_s = time.monotonic() - progress.since
    return progress.task.done() and age_s > _REMEMBERED_S


def _off(lock: Lock) -> BadRequirementsError:
    problem = Problem(
        path=environments.LOCK_NAME, message=f"names {_packages(lock)} beyond the base"
    )
    return BadRequirementsError(
        "This service takes no releases with requirements of their own:",
        problems=[problem],
        hint="Do with the base environment, or ask the operator, who switched it off.",
    )
