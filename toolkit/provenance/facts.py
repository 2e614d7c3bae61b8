"""What a result depends on, and how it came about, in one table."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from toolkit.provenance.service_job import LOCK

if TYPE_CHECKING:
    from toolkit.provenance.record import JobRecord

__all__ = ["facts_of"]


def facts_of(record: JobRecord) -> dict[str, Any]:
    """Return the facts of a job by name; None for what is not known.

    ``calibration`` is the state of a device at the time of the run; what a simulator or
    a fake device was like follows from the versions.

    Args:
        record: The job.
    """
    job = record.job
    options = job.get("options") or {}
    conditions = job.get("conditions") or {}
    noted = conditions.get("backend") or {}
    return {
        "job": job["id"],
        "status": job["state"]["status"],
        "failure": (job.get("failure") or {}).get("code"),
        "program": job["program"]["id"],
        "version": job["program"]["version"],
        "bundle": job["program"]["digest"],
        "requirements": conditions.get("requirements") or _digest(record.part(LOCK)),
        "inputs": _digest(record.inputs.encode()),
        "backend": job["backend"],
        "calibration": noted if "digest" in noted else None,
        "shots": options.get("shots"),
        "seed": options.get("seed"),
        "seed_drawn": bool(options.get("seed_drawn")),
        "max_time_s": options.get("max_execution_time"),
        "isolation": job.get("isolation"),
        "versions": conditions.get("versions"),
        "limits": conditions.get("limits"),
        "attempts": _attempts(record),
        "created": job.get("created"),
        "started": job.get("started"),
        "ended": job.get("ended"),
        "waited_s": _between(job.get("created"), job.get("started")),
        "ran_s": _between(job.get("started"), job.get("ended")),
        "usage": job.get("usage"),
    }


def _attempts(record: JobRecord) -> list[str]:
    """When each attempt began."""
    return [
        datetime.fromtimestamp(event.time, UTC).isoformat()
        for event in record.events
        if event.type == "status"
        and json.loads(event.data or "{}").get("status") == "Running"
    ]


def _digest(content: bytes | None) -> str | None:
    if content is None:
        return None
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _between(earlier: str | None, later: str | None) -> float | None:
    if earlier is None or later is None:
        return None
    passed = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    return round(passed.total_seconds(), 6)
