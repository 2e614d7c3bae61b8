"""What callers are told about backends, without Qiskit in this process."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any

from program_runtime.backends import catalog, mocks
from program_runtime.errors import BackendNotFoundError, ExecutionError
from program_runtime.service.broker_devices import BrokerDevices

if TYPE_CHECKING:
    from pathlib import Path

    from program_runtime.backends.info import BackendInfo
    from program_runtime.execution.broker.protocol import Broker

log = logging.getLogger(__name__)

_DESCRIBE_S = 300.0
_PACKAGES = (
    "qiskit-program-toolkit",
    "qiskit",
    "qiskit-aer",
    "qiskit-ibm-runtime",
    "numpy",
)


class Backends:
    """The catalog by name, and the descriptions that a child process makes.

    Descriptions take seconds, because Qiskit has to be imported and fake devices
    loaded. They are made when first asked for and kept in a file whose name says
    for which versions of the packages.
    """

    def __init__(self, cache_dir: Path, *, broker: Broker | None = None) -> None:
        self._cache_dir = cache_dir
        self._devices = BrokerDevices(broker, cache_dir / "devices.json")
        self._has_broker = broker is not None
        self._lock = asyncio.Lock()
        self._described: dict[str, Any] | None = None
        self._local_ones: list[BackendInfo] | None = None

    async def ready(self) -> None:
        """Wait until the devices are known, if there may be any."""
        await self._devices.ready()

    async def close(self) -> None:
        """Ask for devices no more."""
        await self._devices.close()

    def known(self) -> list[BackendInfo]:
        """Return all backends that programs can run on."""
        return [*self._local(), *self._devices.known()]

    async def is_brokered(self, name: str) -> bool:
        """Say whether programs reach a backend through the broker alone."""
        if not self._has_broker:
            return False
        local = (*self._local(), *mocks.mocks_of(self._local()))
        if any(info.name == name for info in local):
            return False
        await self.ready()
        # What nobody knows any more the broker explains best.
        return self._devices.has(name) or catalog.shipped(name) is None

    def is_device(self, name: str) -> bool:
        """Likewise, as far as that is known now."""
        return self._devices.has(name)

    def _local(self) -> list[BackendInfo]:
        if self._local_ones is None:
            self._local_ones = catalog.known()
        return self._local_ones

    def mocks(self) -> list[BackendInfo]:
        """Return the backends for dry runs; they are asked for by name."""
        return mocks.mocks_of(self.known())

    def resolve(self, name: str) -> BackendInfo:
        """Find a backend by name or alias; it may be a mock.

        Raises:
            BackendNotFoundError: There is none; the hint names near ones.
        """
        for info in (*self.known(), *self.mocks()):
            if name == info.name or name in info.aliases:
                return info
        return catalog.resolve(name)

    async def describe(self, name: str) -> dict[str, Any]:
        """Return ``configuration``, ``properties`` and ``status`` of a backend.

        They carry the name that was asked for: official clients drop a backend that
        answers under another one.

        Raises:
            BackendNotFoundError: There is none of this name, or its code fails.
            ExecutionError: The child process failed.
        """
        await self.ready()
        if self._devices.has(name):
            return dict(await self._devices.describe(name))
        true_name = self._described_as(name)
        async with self._lock:
            if self._described is None:
                self._described = await self._load()
        description: dict[str, Any] = self._described[true_name]
        if "error" in description:
            raise BackendNotFoundError(description["error"])
        return description if name == true_name else _renamed(description, name)

    async def num_qubits(self, info: BackendInfo) -> int:
        """Return the size of a backend; 0 for one that is out of order."""
        if info.num_qubits is not None:
            return info.num_qubits
        try:
            description = await self.describe(info.name)
        except BackendNotFoundError:
            return 0
        return int(description["configuration"].get("n_qubits", 0))

    def _described_as(self, name: str) -> str:
        info = self.resolve(name)
        if info.source != mocks.SOURCE:
            return info.name
        return mocks.twin_name(info.name, self.known()) or info.name

    async def _load(self) -> dict[str, Any]:
        path = self._cache_dir / f"backends-{self._key()}.json"
        try:
            kept: dict[str, Any] = json.loads(await asyncio.to_thread(path.read_bytes))
        except (OSError, ValueError):
            kept = json.loads(await _describe_all())
            await asyncio.to_thread(_keep, path, kept)
        return kept

    def _key(self) -> str:
        names = [info.name for info in self._local()]
        versions = [_version(package) for package in _PACKAGES]
        text = json.dumps([sys.version, versions, names])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _renamed(description: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a description under another name."""
    return {
        part: {**content, "backend_name": name}
        if "backend_name" in content
        else content
        for part, content in description.items()
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


async def _describe_all() -> bytes:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "program_runtime.backends.describe",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if name[:4] != "QRT_"},
    )
    try:
        async with asyncio.timeout(_DESCRIBE_S):
            output, errors = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        log.error("describing the backends failed: %s", errors.decode(errors="replace"))
        raise ExecutionError("The backends could not be described; the log says why.")
    return output


def _keep(path: Path, described: dict[str, Any]) -> None:
    if any("error" in description for description in described.values()):
        return  # what is out of order now may be mended without a new version
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(described))
        temporary.replace(path)
    except OSError as err:
        log.warning("the descriptions of the backends are not kept: %s", err)
        temporary.unlink(missing_ok=True)
