"""Routes about jobs: submit, wait, read, stop."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from program_runtime.client.api.transport import Transport

__all__ = ["JobRoutes", "ResultAnswer"]

_NO_CONTENT = 204


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAnswer:
    """The result's text, or None and the status that explains why there is none."""

    text: str | None
    status: str


class JobRoutes:
    """What runs: jobs, their inputs, results, logs and events."""

    transport: Transport

    def put_blob(self, content: bytes) -> str:
        """Store bytes that are too large for a request body.

        Returns:
            Their digest, which a job names as ``inputs_digest``.
        """
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        headers = {"Content-Type": "application/octet-stream"}
        self.transport.request("PUT", f"/blobs/{digest}", data=content, headers=headers)
        return digest

    def submit_job(
        self, body: Mapping[str, Any], *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Submit a job.

        Args:
            body: What the service's ``POST /jobs`` takes.
            idempotency_key: The same key twice is one job; by default each call
                is a job, however often the network makes it repeat the request.

        Returns:
            The job.
        """
        headers = {"Idempotency-Key": idempotency_key or secrets.token_hex(16)}
        answer = self.transport.request("POST", "/jobs", json=body, headers=headers)
        return dict(answer.json())

    def jobs(
        self,
        *,
        limit: int | None = None,
        offset: int = 0,
        program: str | None = None,
        backend: str | None = None,
        pending: bool | None = None,
        tags: Sequence[str] = (),
        session_id: str | None = None,
        created_after: str | None = None,
        created_before: str | None = None,
        sort: str | None = None,
    ) -> dict[str, Any]:
        """A page of jobs: ``jobs`` and the ``count`` of all that fit."""
        params = {
            "limit": limit,
            "offset": offset or None,
            "program": program,
            "backend": backend,
            "pending": None if pending is None else str(pending).lower(),
            "tags": list(tags) or None,
            "session_id": session_id,
            "created_after": created_after,
            "created_before": created_before,
            "sort": sort,
        }
        return dict(self.transport.request("GET", "/jobs", params=params).json())

    def job(
        self, job_id: str, *, wait_s: float = 0, queue_position: bool = False
    ) -> dict[str, Any]:
        """One job; with ``wait_s`` the answer comes when it is final, or then.

        Args:
            job_id: The job.
            wait_s: How long it may be waited for.
            queue_position: Ask for its ``queue_position``, too, if it waits.
        """
        params = {"exclude_params": "true"}
        if queue_position:
            params["queue_position"] = "true"
        return dict(self._job_part(job_id, params=params, wait_s=wait_s).json())

    def delete_job(self, job_id: str) -> None:
        """Delete a job with all it left."""
        self.transport.request("DELETE", _path(job_id))

    def results(self, job_id: str, *, wait_s: float = 0) -> ResultAnswer:
        """The result's text; with ``wait_s`` it may be waited for so long."""
        answer = self._job_part(job_id, "/results", wait_s=wait_s)
        if answer.status_code == _NO_CONTENT:
            status = answer.headers.get("X-Job-Status", "")
            return ResultAnswer(text=None, status=status)
        return ResultAnswer(text=answer.content.decode(), status="Completed")

    def interim_results(self, job_id: str) -> str:
        """All interim results so far: the text of a JSON list."""
        return self._job_text(job_id, "/interim_results")

    def logs(self, job_id: str) -> str:
        """What the job has written so far."""
        return self._job_text(job_id, "/logs")

    def inputs(self, job_id: str) -> str:
        """The inputs as they were sent."""
        return self._job_text(job_id, "/inputs")

    def metrics(self, job_id: str) -> dict[str, Any]:
        """Times and usage of the job, and the metrics it published."""
        return dict(self._job_part(job_id, "/metrics").json())

    def cancel(self, job_id: str) -> None:
        """End the job without a result."""
        self._act(job_id, "cancel")

    def stop(self, job_id: str) -> None:
        """Ask the job to finish now, with a result."""
        self._act(job_id, "stop")

    def _act(self, job_id: str, action: str) -> None:
        # With a key, so that it is sent again when the answer is lost.
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        path = f"{_path(job_id)}/{action}"
        self.transport.request("POST", path, headers=headers)

    def set_tags(self, job_id: str, tags: Sequence[str]) -> None:
        """Replace the job's tags."""
        body = {"tags": list(tags)}
        self.transport.request("PUT", f"{_path(job_id)}/tags", json=body)

    def events(
        self, job_id: str, *, after: int = 0, limit: int = 1000, wait_s: float = 0
    ) -> dict[str, Any]:
        """Events after ``after``; with ``wait_s`` waits so long for the first."""
        params = {"after": after, "limit": limit}
        return dict(self._job_part(job_id, "/events", params, wait_s=wait_s).json())

    def blob(self, job_id: str, digest: str) -> bytes:
        """A payload that was too large for its event."""
        return bytes(self._job_part(job_id, f"/blobs/{digest}").content)

    def stream_target(self, job_id: str, *, after: int) -> tuple[str, dict[str, str]]:
        """The websocket address of the job's events, and its headers."""
        return self.transport.stream_target(f"{_path(job_id)}/stream?after={after}")

    def _job_part(
        self,
        job_id: str,
        part: str = "",
        params: Mapping[str, Any] | None = None,
        *,
        wait_s: float = 0,
    ) -> Any:
        query = {**(params or {}), **({"wait": f"{wait_s:g}"} if wait_s > 0 else {})}
        return self.transport.request(
            "GET", f"{_path(job_id)}{part}", params=query, wait_s=max(wait_s, 0)
        )

    def _job_text(self, job_id: str, part: str) -> str:
        return str(self._job_part(job_id, part).content, "utf-8")


def _path(job_id: str) -> str:
    return f"/jobs/{quote(job_id, safe='')}"
