"""What is known of a job, and what the service says of it now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from program_runtime.client import decoders, endings, job_states, job_usage
from program_runtime.client.job_states import FINAL_STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qiskit.providers import JobStatus

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.backend import IBMBackend
    from program_runtime.client.job_usage import QueueInfo
    from program_runtime.client.service import QiskitRuntimeService

__all__ = ["JobFacts"]


class JobFacts:
    """A job as the service describes it; what can not change any more is kept.

    Args:
        api: The service.
        job: The job as the service describes it.
        service: What its backend names as its service.
    """

    def __init__(
        self,
        api: ServiceApi,
        job: Mapping[str, Any],
        *,
        service: QiskitRuntimeService | None = None,
    ) -> None:
        self._api = api
        self._job = dict(job)
        self._estimate: dict[str, Any] | None = None
        self._id = str(job["id"])
        self._service = service
        self._inputs: tuple[Any] | None = None

    def job_id(self) -> str:
        """The id by which ``service.job`` finds it again."""
        return self._id

    @property
    def program_id(self) -> str:
        """The program that runs."""
        return str(self._job["program"]["id"])

    @property
    def program_version(self) -> str:
        """The release that runs; a later one does not change it."""
        return str(self._job["program"]["version"])

    @property
    def session_id(self) -> str | None:
        """The session it belongs to."""
        return self._job.get("session_id")

    @property
    def tags(self) -> list[str]:
        """The tags to find it by."""
        return list(self._job.get("tags") or ())

    @property
    def image(self) -> str | None:
        """The environment it was asked to run in."""
        return self._job.get("runtime")

    @property
    def creation_date(self) -> datetime:
        """When it was submitted, in local time, with its zone."""
        return datetime.fromisoformat(self._job["created"]).astimezone()

    @property
    def inputs(self) -> Any:
        """The inputs that it was given, decoded."""
        if self._inputs is None:
            text = self._api.inputs(self._id)
            self._inputs = (decoders.decode(text),)
        return self._inputs[0]

    @property
    def service(self) -> QiskitRuntimeService | None:
        """The service that made or found it."""
        return self._service

    @property
    def usage_estimation(self) -> dict[str, Any]:
        """``quantum_seconds`` that it is expected to use.

        The service judges by earlier jobs of the same release on the same device; None
        if there was none. Where no quantum processor works, it is 0.
        """
        if self._estimate is None:
            self._estimate = job_usage.estimation(self._api.job(self._id))
        return dict(self._estimate)

    def backend(self) -> IBMBackend:
        """The backend it runs on."""
        name = str(self._job["backend"])
        if self._service is not None:
            return self._service.backend(name)
        from program_runtime.client.backend import (  # noqa: PLC0415 - Qiskit: a second
            IBMBackend,
        )

        return IBMBackend(name, self._api)

    def state(self) -> str:
        """Queued, Running, Completed, Failed or Cancelled; imports no Qiskit."""
        return job_states.status_of(self._refreshed())

    def status(self) -> JobStatus:
        """The state in Qiskit's words."""
        return job_states.in_words_of_qiskit(self.state())

    def queued(self) -> bool:
        """Whether it waits for its turn."""
        return self.state() == "Queued"

    def running(self) -> bool:
        """Whether it runs now."""
        return self.state() == "Running"

    def done(self) -> bool:
        """Whether it has a result."""
        return self.state() == "Completed"

    def errored(self) -> bool:
        """Whether it failed."""
        return self.state() == "Failed"

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self.state() == "Cancelled"

    def in_final_state(self) -> bool:
        """Whether it is over."""
        return self.state() in FINAL_STATUSES

    def queue_info(self) -> QueueInfo | None:
        """Where it waits, for its turn or for a device; None when it does not."""
        return job_usage.queue_info(self._refreshed(queue_position=True))

    def error_message(self) -> str | None:
        """Why there is no result; None while there may be one."""
        return endings.describe(self._refreshed())

    def logs(self) -> str:
        """What the job has written so far."""
        return self._api.logs(self._id)

    def metrics(self) -> dict[str, Any]:
        """Times and usage, and the metrics that the program published."""
        return self._api.metrics(self._id)

    def usage(self) -> float:
        """The seconds for which it had a quantum processor for itself."""
        return job_usage.quantum_seconds(self.metrics())

    def _refreshed(self, *, queue_position: bool = False) -> dict[str, Any]:
        if self._job["state"]["status"] not in FINAL_STATUSES:
            self._job = self._api.job(self._id, queue_position=queue_position)
        return self._job
