"""A job as its service tells of it."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime import bundle, errors
from program_runtime.backends import catalog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.stream import Event

__all__ = ["LOCK", "ServiceJob"]

LOCK = "requirements.lock"
_OF_THE_MOMENT = ("estimated_running_time_seconds", "queue_position")
"""What the service says of a job beside what it keeps."""


class ServiceJob:
    """Asks for each part when it is needed, once.

    Args:
        api: The service.
        job_id: The job.

    Raises:
        RuntimeJobNotFound: There is no such job.
        RuntimeInvalidStateError: It has not ended.
    """

    def __init__(self, api: ServiceApi, job_id: str) -> None:
        self._api = api
        job = api.job(job_id)
        status = job["state"]["status"]
        if status in ("Queued", "Running"):
            raise errors.RuntimeInvalidStateError(
                f"{job_id} is still {status}: what it was is known once it has ended.",
                hint=f"`qrt result {job_id}` waits for it.",
            )
        self._parts: dict[str, bytes | None] = {}
        self._job = {k: v for k, v in job.items() if k not in _OF_THE_MOMENT}

    @property
    def job(self) -> Mapping[str, Any]:
        """The job as the service describes it."""
        return self._job

    @functools.cached_property
    def inputs(self) -> str:
        """The inputs as they were sent."""
        return self._api.inputs(self._id)

    @functools.cached_property
    def events(self) -> Sequence[Event]:
        """The log."""
        from program_runtime.client import job_curves  # noqa: PLC0415 - after HTTP

        pages = job_curves.published(self._api, self._id)
        return tuple(event for page in pages for event in page)

    def payload(self, event: Event) -> str:
        """The text of an event."""
        if event.blob is None:
            return event.data or ""
        return self._api.blob(self._id, event.blob).decode()

    def part(self, name: str) -> bytes | None:
        """A part, if it is there and for the caller to read."""
        if name not in self._parts:
            self._parts[name] = self._fetch(name)
        return self._parts[name]

    def _fetch(self, name: str) -> bytes | None:
        if name == "release.json":
            return self._release()
        if name == "backend.json":
            return self._backend()
        if name == "bundle.zip":
            return self._bundle()
        return self._lock() if name == LOCK else None

    @property
    def _id(self) -> str:
        return str(self._job["id"])

    def _release(self) -> bytes | None:
        program = self._job["program"]
        try:
            release = self._api.release(program["id"], program["version"])
        except errors.RuntimeProgramNotFound:
            return None
        if release["digest"] != program["digest"]:
            return None  # deleted, and the name used again
        # Labels move on; the rest of a release never changes.
        return _json({k: v for k, v in release.items() if k != "labels"})

    def _backend(self) -> bytes | None:
        """What a device is like; a simulator is what its version is."""
        name = str(self._job["backend"])
        shipped = {info.name: info for info in catalog.known()}
        if name in shipped and shipped[name].simulator:
            return None
        try:
            return _json(
                {
                    "configuration": self._api.backend_configuration(name),
                    "properties": self._api.backend_properties(name),
                }
            )
        except (errors.BackendNotFoundError, errors.ApiError):
            return None

    def _bundle(self) -> bytes | None:
        """The source is for those who may read it."""
        program = self._job["program"]
        with tempfile.TemporaryDirectory(prefix="qrt-") as folder:
            target = Path(folder) / "bundle.zip"
            try:
                self._api.download_bundle(program["id"], program["version"], target)
            except (errors.NotAuthorizedError, errors.RuntimeProgramNotFound):
                return None
            if bundle.digest_file(target) != program["digest"]:
                return None
            return target.read_bytes()

    def _lock(self) -> bytes | None:
        content = self.part("bundle.zip")
        if content is None:
            return None
        with tempfile.TemporaryDirectory(prefix="qrt-") as folder:
            archive = Path(folder) / "bundle.zip"
            archive.write_bytes(content)
            with bundle.open_archive(archive) as opened:
                return opened.read(LOCK) if LOCK in opened.files else None


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
