"""What publishing needs of the service; the client's `ServiceApi` has all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from program_runtime.client.api.job_routes import ResultAnswer

__all__ = ["JobRunner", "ReleaseReader", "ReleaseWriter"]


class ReleaseReader(Protocol):
    """Reads what is published already."""

    def whoami(self) -> dict[str, Any]:
        """Return name and role of the token's user; NotAuthorizedError without one."""

    def program(self, program_id: str, /) -> dict[str, Any]:
        """Return a program; RuntimeProgramNotFound if there is none to see."""

    def releases(self, program_id: str, /) -> list[dict[str, Any]]:
        """Return all releases of a program, the highest version first."""

    def release(self, program_id: str, ref: str, /) -> dict[str, Any]:
        """Return a release by version or label; RuntimeProgramNotFound if none."""

    def download_bundle(self, program_id: str, ref: str, target: Path, /) -> Path:
        """Write the bundle of a release to a file; NotAuthorizedError if not for us."""

    def base_environment(self) -> dict[str, Any]:
        """Return what every program finds installed there."""


class ReleaseWriter(ReleaseReader, Protocol):
    """Writes releases too."""

    def put_release(
        self,
        program_id: str,
        version: str,
        file: Path,
        digest: str,
        /,
        *,
        labels: Sequence[str] = (),
        visibility: str | None = None,
        hold: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> tuple[dict[str, Any], bool]:
        """Upload a bundle; False when the service had these bytes already."""

    def build_environment(
        self, digest: str, lock: str, /, *, wait_s: float = 0
    ) -> dict[str, Any]:
        """Have the environment of a lock built; repeated, say how far it is."""

    def set_label(self, program_id: str, label: str, version: str, /) -> None:
        """Point a label at a release."""

    def update_program(self, program_id: str, /, *, visibility: str) -> dict[str, Any]:
        """Make a program private or public."""


class JobRunner(Protocol):
    """Runs jobs, and reads those that ran."""

    def jobs(
        self, *, limit: int, offset: int, program: str, pending: bool
    ) -> dict[str, Any]:
        """Return a page of jobs, newest first: ``jobs`` and the ``count`` of all."""

    def inputs(self, job_id: str, /) -> str:
        """Return the inputs as they were sent; RuntimeJobNotFound if they are gone."""

    def put_blob(self, content: bytes, /) -> str:
        """Store inputs that are too large for a request, and return their digest."""

    def submit_job(
        self, body: Mapping[str, Any], /, *, idempotency_key: str
    ) -> dict[str, Any]:
        """Queue a job; the same key twice is one job."""

    def job(self, job_id: str, /, *, wait_s: float) -> dict[str, Any]:
        """Return a job when it is final, or after so many seconds."""

    def results(self, job_id: str, /) -> ResultAnswer:
        """Return the text of a job's result, None if there is none."""
