"""Routes about sessions: begin, look, close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from program_runtime.client.api.transport import Transport

__all__ = ["SessionRoutes"]


class SessionRoutes:
    """What holds jobs together: sessions and batches."""

    transport: Transport

    def open_session(
        self, *, mode: str, backend: str | None = None, max_ttl_s: int | None = None
    ) -> dict[str, Any]:
        """Begin a session; the answer holds its ``id``.

        Args:
            mode: ``dedicated`` or ``batch``.
            backend: The backend of its jobs.
            max_ttl_s: How long it may last, from its first job's start.
        """
        wanted = {"mode": mode, "backend": backend, "max_ttl": max_ttl_s}
        body = {name: value for name, value in wanted.items() if value is not None}
        return dict(self.transport.request("POST", "/sessions", json=body).json())

    def session(self, session_id: str) -> dict[str, Any]:
        """A session: its state, its times, whether it accepts jobs."""
        return dict(self.transport.request("GET", _path(session_id)).json())

    def close_session(self, session_id: str) -> None:
        """Let a session take no further job."""
        body = {"accepting_jobs": False}
        self.transport.request("PATCH", _path(session_id), json=body)

    def cancel_session(self, session_id: str) -> None:
        """End a session, and cancel its jobs that wait."""
        self.transport.request("DELETE", f"{_path(session_id)}/close")


def _path(session_id: str) -> str:
    return f"/sessions/{quote(session_id, safe='')}"
