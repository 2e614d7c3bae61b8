"""Jobs that belong together: they go first, and share one warm process."""

from __future__ import annotations

import dataclasses
import logging
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, Self

from program_runtime import errors
from program_runtime.client import durations, session_state
from program_runtime.client.options import RuntimeOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from program_runtime.client.backend import IBMBackend
    from program_runtime.client.decoders import Decoder
    from program_runtime.client.job import RuntimeJob
    from program_runtime.client.service import QiskitRuntimeService
    from program_runtime.metadata import ParameterNamespace

__all__ = ["Session", "open_session"]

_logger = logging.getLogger(__name__)

_around: ContextVar[tuple[Session, ...]] = ContextVar("sessions", default=())


def open_session() -> Session | None:
    """The innermost session whose ``with`` block this is."""
    sessions = _around.get()
    return sessions[-1] if sessions else None


class Session:
    """Jobs on one backend that go before those of others.

    The service begins it with its first job; making the object sends nothing. In
    its ``with`` block, primitives that are given no backend run in it; at the end
    of the block it takes no further job, and those that wait still run.

    Args:
        service: The service; by default the backend's, or that of this machine. A
            backend may come first, too: ``Session(backend)``.
        backend: A backend or its name; the service chooses when there is none.
        max_time: How long it may last: seconds, or a text such as ``"2h 30m 40s"``.

    Raises:
        InvalidValueError: One of them can not be one.
    """

    mode: ClassVar[str] = "dedicated"

    def __init__(
        self,
        service: QiskitRuntimeService | IBMBackend | None = None,
        backend: IBMBackend | str | None = None,
        max_time: int | str | None = None,
    ) -> None:
        if backend is None and hasattr(service, "service"):
            service, backend = None, service
        self._max_time_s = None if max_time is None else _seconds(max_time)
        self._backend = backend
        self._service = _service(service, backend)
        self._id: str | None = None
        self._closed = False
        self._lock = threading.Lock()

    @classmethod
    def from_id(
        cls,
        session_id: str,
        service: QiskitRuntimeService | None = None,
        backend: IBMBackend | str | None = None,
    ) -> Self:
        """A session that was begun before, perhaps by another process.

        Args:
            session_id: Its id.
            service: The service; by default that of this machine.
            backend: Its backend, when the caller knows it already.

        Raises:
            ApiError: There is no such session of yours.
            InvalidValueError: It is a batch and not a session, or the reverse.
        """
        session = cls(service, backend)
        found = session.service.api.session(session_id)
        if found.get("mode") not in (None, cls.mode):
            raise errors.InvalidValueError(
                f"{session_id} is of the mode {found['mode']!r}, a {cls.__name__} of "
                f"the mode {cls.mode!r}.",
                hint="Use Batch.from_id for 'batch', Session.from_id for 'dedicated'.",
            )
        session._id = session_id
        session._backend = backend or found.get("backend_name")
        session._closed = session_state.is_over(found)
        return session

    @property
    def session_id(self) -> str | None:
        """Its id; None before its first job."""
        return self._id

    @property
    def service(self) -> QiskitRuntimeService:
        """The service it is of."""
        return self._service

    def backend(self) -> str | None:
        """The name of its backend; None when the service chooses."""
        if self._backend is None or isinstance(self._backend, str):
            return self._backend
        return str(self._backend.name)

    def device(self) -> IBMBackend | None:
        """Its backend; None when the service chooses.

        Raises:
            BackendNotFoundError: The service has none of that name.
        """
        if isinstance(self._backend, str):
            return self._service.backend(self._backend)
        return self._backend

    def run(
        self,
        program_id: str,
        inputs: Mapping[str, Any] | ParameterNamespace | None = None,
        options: RuntimeOptions | Mapping[str, Any] | None = None,
        callback: Callable[[str, Any], Any] | None = None,
        result_decoder: Decoder | Sequence[Decoder] | None = None,
    ) -> RuntimeJob:
        """Run a program in the session; the first run begins it.

        Args:
            program_id: ``name``, ``name@version`` or ``name:label``.
            inputs: The program's parameters by name.
            options: How to run it; the backend is the session's.
            callback: Called with the job's id and each result.
            result_decoder: Decodes results; or a pair, for interim and final ones.

        Raises:
            RuntimeInvalidStateError: The session is closed.
            InvalidValueError: The options are for another backend.
        """
        chosen = self._on_backend(RuntimeOptions.of(options))
        return self._service.run(
            program_id,
            inputs,
            chosen,
            callback,
            result_decoder=result_decoder,
            session_id=self._opened(),
        )

    def close(self) -> None:
        """Take no further job; those that wait still run."""
        with self._lock:
            if not self._closed and self._id is not None:
                self._service.api.close_session(self._id)
            self._closed = True

    def cancel(self) -> None:
        """Take no further job, and cancel those that wait."""
        with self._lock:
            if self._id is not None:
                self._service.api.cancel_session(self._id)
            self._closed = True

    def details(self) -> dict[str, Any] | None:
        """What the service knows of it; None before its first job.

        Times to live are in seconds: ``max_time`` in all, ``interactive_timeout``
        between two jobs, ``active_timeout`` what is left.
        """
        if self._id is None:
            return None
        return session_state.details(self._service.api.session(self._id))

    def status(self) -> str | None:
        """Its state in words.

        ``Pending`` (no job runs yet), ``In progress, accepting new jobs``, ``In
        progress, not accepting new jobs`` or ``Closed``.
        """
        if self._id is None:
            return session_state.CLOSED if self._closed else session_state.PENDING
        return session_state.describe(self._service.api.session(self._id))

    def _opened(self) -> str:
        """Its id, for which the service is asked once."""
        with self._lock:
            if self._closed:
                name = f"{type(self).__name__} {self._id or 'without a job'}"
                raise errors.RuntimeInvalidStateError(
                    f"{name} is closed.", hint="Begin another one."
                )
            if self._id is None:
                made = self._service.api.open_session(
                    mode=self.mode, backend=self.backend(), max_ttl_s=self._max_time_s
                )
                self._id = str(made["id"])
            return self._id

    def _on_backend(self, options: RuntimeOptions) -> RuntimeOptions:
        own = self.backend()
        if own is None:
            return options
        asked = options.backend_name
        device = self.device() if asked not in (None, own) else None
        if device is None or asked == device.name:
            return dataclasses.replace(options, backend=own)
        raise errors.InvalidValueError(
            f"The options are for the backend {asked!r}, the session is on {own!r}.",
            hint="Leave the backend out of the options.",
        )

    def __enter__(self) -> Self:
        _around.set((*_around.get(), self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _around.set(_around.get()[:-1])
        try:
            self.close()
        except errors.ProgramRuntimeError as err:
            if error is None:
                raise
            # What ended the block is what its author wants to see.
            _logger.warning("%r was not closed: %s", self, err)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({self._id!r}, backend={self.backend()!r})>"


def _seconds(max_time: int | str) -> int:
    try:
        return durations.to_seconds(max_time)
    except (TypeError, ValueError) as err:
        raise errors.InvalidValueError(
            f"max_time: {max_time!r} is no duration.",
            hint="Write seconds, or a text such as '2h 30m 40s'.",
        ) from err


def _service(service: Any, backend: Any) -> QiskitRuntimeService:
    if backend is not None and not isinstance(backend, str):
        own = getattr(backend, "service", None)
        if own is None:
            raise errors.InvalidValueError(
                f"{backend!r} is no backend of a service.",
                hint="Get one with service.backend(name), or give its name.",
            )
        service = service or own
    if service is None:
        from program_runtime.client.service import (  # noqa: PLC0415 - most have one
            QiskitRuntimeService,
        )

        service = QiskitRuntimeService()
    return service  # type: ignore[no-any-return]
