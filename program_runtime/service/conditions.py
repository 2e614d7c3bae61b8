"""Under what a job ran: what its result depends on beside program, inputs and options.

It is written with the job's end, for whoever wants to know later why two jobs differ.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from program_runtime.environments import installed_base, read_lock
from program_runtime.errors import ProgramRuntimeError
from program_runtime.service.versions import packages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from program_runtime.execution.spec import JobSpec
    from program_runtime.service.backends import Backends

__all__ = ["Conditions", "snapshot_of"]

log = logging.getLogger(__name__)


class Conditions:
    """Notes the conditions of jobs.

    Args:
        backends: Describes the devices. What it tells of a simulator follows from the
            versions, so that no job waits for it.
    """

    def __init__(self, backends: Backends) -> None:
        self._backends = backends

    @asynccontextmanager
    async def noted(self, spec: JobSpec) -> AsyncIterator[dict[str, Any]]:
        """Give the conditions of a job that runs inside of the block.

        The description of a device is added as soon as it is there, while the job runs;
        the job does not wait for it.
        """
        found = {
            **await _versions(spec),
            "limits": _limits(spec),
            "backend": {"name": spec.backend},
        }
        asking = None
        if spec.brokered:
            asking = asyncio.create_task(self._ask(spec.backend, found))
        try:
            yield found
        finally:
            if asking is not None:
                asking.cancel()

    async def _ask(self, backend: str, found: dict[str, Any]) -> None:
        try:
            description = await self._backends.describe(backend)
        except ProgramRuntimeError as err:
            log.warning("the state of %s is not noted: %s", backend, err)
        else:
            found["backend"] = await asyncio.to_thread(
                snapshot_of, backend, description
            )


def snapshot_of(name: str, description: Mapping[str, Any]) -> dict[str, Any]:
    """Return what tells one state of a backend from another.

    Args:
        name: Of the backend.
        description: Its ``configuration`` and ``properties``.

    Returns:
        Its version, when it was calibrated, and a digest of the whole description.
    """
    told = {part: description[part] for part in ("configuration", "properties")}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return {
        "name": name,
        "version": told["configuration"].get("backend_version"),
        "calibrated": told["properties"].get("last_update_date"),
        "digest": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
    }


async def _versions(spec: JobSpec) -> dict[str, Any]:
    """The versions of the base, and those that the release's lock adds or replaces."""
    if not spec.overlay:
        return {"versions": packages(), "requirements": None}
    return await asyncio.to_thread(_versions_with_lock, spec)


def _versions_with_lock(spec: JobSpec) -> dict[str, Any]:
    base = packages()
    lock = read_lock(spec.program_dir)
    if lock is None:
        return {"versions": base, "requirements": None}
    locked = lock.versions()
    if spec.alone:
        kept = {"python": base["python"]}
    else:
        # What the base has is not installed again, whatever version was locked.
        there = installed_base().versions()
        kept = {name: there[name] for name in locked if name in there} | base
    return {"versions": locked | kept, "requirements": lock.digest()}


def _limits(spec: JobSpec) -> dict[str, Any]:
    """The limits that there are: None is none."""
    limits = asdict(spec.limits).items()
    return {name: limit for name, limit in limits if limit is not None}
