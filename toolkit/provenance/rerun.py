"""Submit a job once more: the same release, inputs, options and seed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client.submission import INLINE_BYTES, reading
from toolkit.errors import NotRepeatableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.client.api import ServiceApi
    from toolkit.provenance.record import JobRecord

__all__ = ["options_of", "rerun"]


def rerun(
    api: ServiceApi, record: JobRecord, *, backend: str | None = None
) -> dict[str, Any]:
    """Submit a job once more.

    Args:
        api: The service, which needs to have the release.
        record: The job.
        backend: In place of the job's own.

    Returns:
        The new job, as the service describes it.

    Raises:
        NotRepeatableError: The release or the backend is gone, or the release is
            another one now.
    """
    body = {**options_of(record.job), "program_id": _release(api, record)}
    if backend is not None:
        body["backend"] = backend
    body |= reading(api.meet())
    text = record.inputs
    if len(text) > INLINE_BYTES:
        body["inputs_digest"] = api.put_blob(text.encode())
    else:
        body["inputs"] = text
    try:
        return api.submit_job(body, idempotency_key=secrets.token_hex(16))
    except errors.BackendNotFoundError as err:
        raise NotRepeatableError(
            f"The backend {body['backend']!r} of {record.job['id']} is gone.",
            hint="`qrt backends` lists what there is; --backend NAME takes another.",
        ) from err


def options_of(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a submission says beside program and inputs.

    Args:
        job: The job as the service describes it.
    """
    options = job.get("options") or {}
    names = ("shots", "seed", "max_execution_time", "log_level", "image")
    chosen = {name: options[name] for name in names if options.get(name) is not None}
    return {**chosen, "backend": job["backend"], "tags": list(job.get("tags") or ())}


def _release(api: ServiceApi, record: JobRecord) -> str:
    """Name the release, once it is sure that it is the job's."""
    job_id, program = record.job["id"], record.job["program"]
    name = f"{program['id']}@{program['version']}"
    try:
        release = api.release(program["id"], program["version"])
    except errors.RuntimeProgramNotFound as err:
        raise NotRepeatableError(
            f"The release {name} that {job_id} ran is not on this service.",
            hint=f"Publish it again from its project, or run it at home: "
            f"`qrt run --from-job {job_id}`.",
        ) from err
    if release["digest"] != program["digest"]:
        raise NotRepeatableError(
            f"{name} is another release now: {job_id} ran {program['digest']}, "
            f"the service has {release['digest']}.",
            hint=f"`qrt submit {name}` runs the one that it has.",
        )
    return name
