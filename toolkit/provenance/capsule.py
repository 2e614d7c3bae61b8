"""A job in one file: a zip whose manifest says what each part must be.

The same job makes the same bytes: parts are stored uncompressed, without times, sorted
by name. ``docs/provenance.md`` describes the format.
"""

from __future__ import annotations

import functools
import hashlib
import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from program_runtime import bundle
from program_runtime.client.stream import Event
from program_runtime.errors import BadBundleError
from toolkit.errors import CapsuleError
from toolkit.provenance.facts import facts_of
from toolkit.provenance.service_job import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from program_runtime.bundle import Archive
    from toolkit.provenance.record import JobRecord

__all__ = ["FORMAT", "VERSION", "CapsuleFile", "write_capsule"]

FORMAT: Final = "qrt-capsule"
VERSION: Final = 1
_MANIFEST: Final = "capsule.json"
_PARTS: Final = ("release.json", "backend.json", LOCK, "bundle.zip")
_MIB: Final = 1024 * 1024
_LIMITS: Final = bundle.BundleLimits(
    archive_bytes=1024 * _MIB,
    total_bytes=1024 * _MIB,
    file_bytes=1024 * _MIB,
    files=65_000,
)


def write_capsule(record: JobRecord, target: Path) -> tuple[str, ...]:
    """Write all that there is of a job; the file appears complete or not at all.

    Args:
        record: The job.
        target: The file; one that is there is replaced.

    Returns:
        The names of the parts.

    Raises:
        CapsuleError: The job left more than a capsule holds.
    """
    parts = _parts(record)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "job": record.job["id"],
        "facts": facts_of(record),
        "parts": {name: _mark(content) for name, content in sorted(parts.items())},
    }
    contents = {**parts, _MANIFEST: _json(manifest)}
    try:
        return bundle.write_bundle(contents, target, limits=_LIMITS).files
    except BadBundleError as err:
        raise CapsuleError(
            "The job left more than a capsule holds:", problems=err.problems
        ) from err


class CapsuleFile:
    """A job as its capsule tells of it.

    Args:
        path: The file.

    Raises:
        CapsuleError: It is no capsule, is damaged, or of a later format.
        OSError: It can not be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._opened() as archive:
            self._marks = _marks(path, archive)
        self._job = self._checked_job()

    @property
    def job(self) -> Mapping[str, Any]:
        """The job as the service described it."""
        return dict(self._job)

    @functools.cached_property
    def inputs(self) -> str:
        """The inputs as they were sent."""
        return self._read("inputs.json").decode(errors="replace")

    @functools.cached_property
    def events(self) -> Sequence[Event]:
        """The log."""
        text = self._read("events.jsonl").decode(errors="replace")
        try:
            return tuple(_event(line) for line in text.splitlines())
        except (ValueError, TypeError, OverflowError, OSError) as err:
            raise self._senseless("events.jsonl") from err

    def payload(self, event: Event) -> str:
        """The text of an event."""
        if event.blob is None:
            return event.data or ""
        return self._read(_blob_name(event.blob)).decode(errors="replace")

    def part(self, name: str) -> bytes | None:
        """A part, if the capsule has it."""
        return self._read(name) if name in self._marks else None

    def _checked_job(self) -> dict[str, Any]:
        """Read what every job has, so that nobody has to look for it twice."""
        try:
            job: dict[str, Any] = json.loads(self._read("job.json"))
            texts = [job["id"], job["backend"], job["state"]["status"]]
            texts += [job["program"][name] for name in ("id", "version", "digest")]
            _check_facts(job)
        except (ValueError, TypeError, KeyError) as err:
            raise self._senseless("job.json") from err
        if not all(isinstance(text, str) for text in texts):
            raise self._senseless("job.json")
        return job

    def _senseless(self, name: str) -> CapsuleError:
        return CapsuleError(
            f"{self._path} is no capsule of a job: {name} makes no sense.",
            hint="`qrt job export JOB` makes one.",
        )

    def _read(self, name: str) -> bytes:
        mark = self._marks.get(name)
        if mark is None:
            raise CapsuleError(f"{self._path} is incomplete: it holds no {name}.")
        with self._opened() as archive:
            content = archive.read(name)
        if _mark(content) != mark:
            raise CapsuleError(
                f"{self._path} is damaged: {name} is not what its manifest says.",
                hint="Export the job again: `qrt job export JOB`.",
            )
        return content

    @contextmanager
    def _opened(self) -> Iterator[Archive]:
        try:
            with bundle.open_archive(self._path, limits=_LIMITS) as archive:
                yield archive
        except BadBundleError as err:
            raise CapsuleError(
                f"{self._path} is no capsule of a job, or it is damaged.",
                hint="`qrt job export JOB` makes one.",
                problems=err.problems,
            ) from err


def _event(line: str) -> Event:
    """Read an event as everybody who asks for one takes it.

    Raises:
        ValueError: It is none; so are TypeError, OverflowError and OSError.
    """
    event = Event(**json.loads(line))
    datetime.fromtimestamp(event.time, UTC)
    texts = (event.data, event.blob)
    fits = isinstance(event.seq, int) and isinstance(event.type, str)
    if not fits or not all(text is None or isinstance(text, str) for text in texts):
        raise ValueError(line)
    if event.type == "status" and not isinstance(json.loads(event.data or "{}"), dict):
        raise ValueError(line)
    return event


def _check_facts(job: Mapping[str, Any]) -> None:
    """Raise TypeError or ValueError where facts are not of their kind."""
    conditions = dict(job.get("conditions") or {})
    for held in (job.get("options"), job.get("failure"), job.get("usage")):
        dict(held or {})
    for name in ("backend", "versions", "limits"):
        dict(conditions.get(name) or {})
    for name in ("created", "started", "ended"):
        if job.get(name) is not None:
            datetime.fromisoformat(job[name])
    list(job.get("tags") or ())


def _parts(record: JobRecord) -> dict[str, bytes]:
    parts = {
        "job.json": _json(record.job),
        "inputs.json": record.inputs.encode(),
        "events.jsonl": b"".join(map(_line, record.events)),
    }
    for event in record.events:
        if event.blob is not None:
            parts[_blob_name(event.blob)] = record.payload(event).encode()
    for name in _PARTS:
        content = record.part(name)
        if content is not None:
            parts[name] = content
    return parts


def _marks(path: Path, archive: Archive) -> dict[str, Any]:
    """Read the manifest, which alone says which format this is."""
    try:
        manifest = json.loads(archive.read(_MANIFEST))
        known = (manifest["format"], manifest["version"])
        marks = dict(manifest["parts"])
    except (ValueError, KeyError, TypeError) as err:
        raise BadBundleError("There is no manifest in it.") from err
    if known[0] != FORMAT:
        raise BadBundleError("The manifest is that of something else.")
    if known[1] != VERSION:
        raise CapsuleError(
            f"{path} is a capsule of format {known[1]}; this version reads {VERSION}.",
            hint="Update this side: pip install -U qiskit-program-toolkit",
        )
    return marks


def _mark(content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {"digest": f"sha256:{digest}", "size": len(content)}


def _line(event: Event) -> bytes:
    known = {k: v for k, v in event._asdict().items() if v is not None}
    return (json.dumps({"data": None, **known}) + "\n").encode()


def _blob_name(digest: str) -> str:
    return f"blobs/{digest.partition(':')[2]}"


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
