"""The way to a service: its programs, jobs and backends."""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client import (
    accounts,
    environment,
    ibm_account_file,
    job_query,
    log_setup,
    submission,
)
from program_runtime.client.backend_methods import BackendMethods
from program_runtime.client.job import RuntimeJob
from program_runtime.client.options import RuntimeOptions
from program_runtime.client.program_methods import ProgramMethods
from program_runtime.client.schema_cache import SchemaCache
from program_runtime.client.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from program_runtime.client.decoders import Decoder
    from program_runtime.metadata import ParameterNamespace

__all__ = ["QiskitRuntimeService"]

_logger = logging.getLogger(__name__)


class QiskitRuntimeService(ProgramMethods, BackendMethods):
    """A service that runs programs.

    On the channel ``local`` it is the one of this machine: it is found where it
    runs, and started when it does not. On the channel ``server`` it is the one at
    ``url``; IBM's names for channels mean such a one too. Making the object sends
    nothing; the first call does.

    What is not given comes from the environment, then from the saved accounts.

    >>> service = QiskitRuntimeService(channel="server", url="http://127.0.0.1:8000",
    ...                                token="qrt_...")
    >>> service.channel
    'server'

    Args:
        channel: ``local``, ``server``, ``ibm_cloud``, ``ibm_quantum`` or
            ``ibm_quantum_platform``; by default what the other arguments mean.
        token: The caller's token, for a server.
        url: Where the server is.
        filename: A file of accounts in the official clients' form, instead of ours.
        name: An account that ``save_account`` or ``qrt login`` saved, instead of
            ``url`` and ``token``.
        instance: The service's instance; another one is refused.
        proxies: Proxies by scheme, beside those of the environment.
        verify: False trusts any certificate; a path names the trusted authority.
        data_dir: The data directory of the local service.
        config_dir: The folder of the profiles.

    Raises:
        InvalidValueError: The channel, the url or the account is missing or unknown.
    """

    def __init__(  # noqa: PLR0917 - the retired client's signature
        self,
        channel: str | None = None,
        token: str | Secret | None = None,
        url: str | None = None,
        filename: str | Path | None = None,
        name: str | None = None,
        instance: str | None = None,
        proxies: Mapping[str, Any] | None = None,
        verify: bool | str | None = None,  # noqa: FBT001 - as above
        *,
        data_dir: str | Path | None = None,
        config_dir: str | Path | None = None,
    ) -> None:
        wish = accounts.Wish(
            channel=channel,
            url=url,
            token=Secret(token) if token else None,
            filename=Path(filename).expanduser() if filename else None,
            name=name,
            instance=instance,
            proxies=ibm_account_file.proxy_urls(proxies),
            verify=verify,
            data_dir=Path(data_dir) if data_dir else None,
            config_dir=Path(config_dir) if config_dir else None,
        )
        log_setup.follow_environment()
        said = environment.from_environment(), environment.from_official_environment()
        super().__init__(accounts.resolve(wish, *said))

    def run(  # noqa: PLR0917 - the retired client's signature
        self,
        program_id: str,
        inputs: Mapping[str, Any] | ParameterNamespace | None = None,
        options: RuntimeOptions | Mapping[str, Any] | None = None,
        callback: Callable[[str, Any], Any] | None = None,
        result_decoder: Decoder | Sequence[Decoder] | None = None,
        session_id: str | None = None,
        start_session: bool = False,  # noqa: FBT001, FBT002 - the retired client's signature
    ) -> RuntimeJob:
        """Run a program.

        Args:
            program_id: ``name``, ``name@version`` or ``name:label``.
            inputs: The program's parameters by name.
            options: How to run it.
            callback: Called with the job's id and each interim result, then the
                final one, in a thread of its own.
            result_decoder: Decodes results; or a pair, for interim and final ones.
            session_id: The session that the job belongs to.
            start_session: Let the job begin a session.

        Returns:
            The job, submitted.

        Raises:
            BadInputsError: The inputs do not fit; no job was made.
            InvalidValueError: The options are invalid; no job was made.
            RuntimeProgramNotFound: There is no such program or release.
            BackendNotFoundError: There is no such backend.
        """
        chosen = RuntimeOptions.of(options)
        request = chosen.to_request()
        if "session_time" in request and not start_session:
            raise errors.InvalidValueError(
                "session_time is for the run that begins a session.",
                hint="Set start_session=True, or leave session_time out.",
            )
        self._require_instance(chosen.instance)
        values = _values(inputs)
        self._schemas.check(program_id, values)
        job = submission.submit(
            self.api,
            program_id,
            values,
            session_id=session_id,
            start_session=start_session or None,
            **request,
        )
        self._schemas.note(program_id, job["program"]["version"])
        runtime_job = RuntimeJob(
            self.api, job, result_decoder=result_decoder, service=self
        )
        _logger.info("Job %s runs %s.", runtime_job.job_id(), program_id)
        if callback is not None:
            runtime_job.stream_results(callback)
        return runtime_job

    def job(self, job_id: str) -> RuntimeJob:
        """A job that was submitted before, perhaps by another process.

        Raises:
            RuntimeJobNotFound: There is no such job.
        """
        return RuntimeJob(self.api, self.api.job(job_id), service=self)

    def jobs(  # noqa: PLR0917 - the retired client's signature
        self,
        limit: int | None = 10,
        skip: int = 0,
        backend_name: str | None = None,
        pending: bool | None = None,  # noqa: FBT001 - the retired client's signature
        program_id: str | None = None,
        instance: str | None = None,
        job_tags: Sequence[str] | None = None,
        session_id: str | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        descending: bool = True,  # noqa: FBT001, FBT002 - as above
    ) -> list[RuntimeJob]:
        """Jobs that were submitted before.

        Args:
            limit: At most so many; None for all.
            skip: Leave out so many first.
            backend_name: Those on this backend.
            pending: True for those that are not over, False for those that are.
            program_id: Those of this program.
            instance: The service's own instance; another one has no jobs here.
            job_tags: Those that have all these tags.
            session_id: Those of this session.
            created_after: Those submitted later; without a zone it is local time.
            created_before: Those submitted earlier; likewise.
            descending: The latest first.

        Raises:
            InvalidValueError: The service has no such instance, or the tags are no
                list.
        """
        self._require_instance(instance)
        query = job_query.JobQuery(
            backend_name=backend_name,
            pending=pending,
            program_id=program_id,
            job_tags=job_tags,
            session_id=session_id,
            created_after=created_after,
            created_before=created_before,
            descending=descending,
        )
        found = job_query.find(self.api, query, limit=limit, skip=skip)
        return [RuntimeJob(self.api, job, service=self) for job in found]

    def delete_job(self, job_id: str) -> None:
        """Delete a job with its results.

        Raises:
            RuntimeJobNotFound: There is no such job.
        """
        self.api.delete_job(job_id)

    @functools.cached_property
    def _schemas(self) -> SchemaCache:
        return SchemaCache(self.api)


def _values(inputs: Mapping[str, Any] | ParameterNamespace | None) -> dict[str, Any]:
    if inputs is None:
        return {}
    to_dict = getattr(inputs, "to_dict", None)
    if to_dict is None:
        return dict(inputs)
    return dict(to_dict())
