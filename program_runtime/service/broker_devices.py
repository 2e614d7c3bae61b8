"""What the service knows of the devices behind its broker."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from program_runtime.backends.info import BackendInfo
from program_runtime.errors import ProgramRuntimeError
from program_runtime.service.private_file import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from program_runtime.execution.broker.protocol import Broker

__all__ = ["BrokerDevices"]

log = logging.getLogger(__name__)

_FRESH_S = 300.0
_DESCRIBED_S = 60.0
_FIRST_ANSWER_S = 30.0
"""A provider that is out of reach must not hold up those who want a simulator."""


class BrokerDevices:
    """Asks in the background; what was answered last is kept in a file.

    So a service that starts knows its devices at once, and a provider that is out of
    order for a while keeps its devices in the list.

    Args:
        broker: Who is asked; ``None`` where there are no devices.
        path: Of the file.
    """

    def __init__(self, broker: Broker | None, path: Path) -> None:
        self._broker = broker
        self._path = path
        self._infos: list[BackendInfo] | None = None
        self._asked_at: float | None = None
        self._asking: asyncio.Task[None] | None = None
        self._described: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def known(self) -> Sequence[BackendInfo]:
        """Return the devices that the broker has named last."""
        if self._infos is None and self._broker is not None:
            self._infos = _kept(self._path)
        return self._infos or []

    def has(self, name: str) -> bool:
        """Say whether a backend is one of them."""
        return any(info.name == name for info in self.known())

    async def ready(self) -> None:
        """Wait for the first answer, if there was none yet; see that it stays fresh."""
        if self._broker is None:
            return
        now = time.monotonic()
        if self._asking is None and (
            self._asked_at is None or now - self._asked_at > _FRESH_S
        ):
            self._asked_at = now
            self._asking = asyncio.create_task(self._ask(self._broker))
        if not self.known() and self._asking is not None:
            await asyncio.wait([self._asking], timeout=_FIRST_ANSWER_S)

    async def describe(self, name: str) -> Mapping[str, Any]:
        """Return what a device is like, not older than a minute.

        Raises:
            BackendNotFoundError: It is gone.
            ExecutionError: The broker can not tell.
        """
        if self._broker is None:
            raise LookupError(name)
        now = time.monotonic()
        described_at, description = self._described.get(name, (None, {}))
        if described_at is None or now - described_at > _DESCRIBED_S:
            description = await self._broker.describe(name)
            self._described[name] = (now, description)
        return description

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _ask(self, broker: Broker) -> None:
        try:
            self._infos = list(await broker.devices())
            text = json.dumps([asdict(info) for info in self._infos])
            await asyncio.to_thread(self._keep, text)
        except (ProgramRuntimeError, OSError) as err:
            log.warning("the broker does not name its devices: %s", err)
        finally:
            self._asking = None

    def _keep(self, text: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_private(self._path, text)


def _kept(path: Path) -> list[BackendInfo]:
    try:
        content = json.loads(path.read_bytes())
        return [
            BackendInfo(**{**info, "aliases": tuple(info["aliases"])})
            for info in content
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return []
