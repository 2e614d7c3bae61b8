"""Every error that this package raises, one tree.

::

    ProgramRuntimeError
    ├── InvalidValueError            what the caller gave is wrong; lists every problem
    │   ├── BadInputsError           inputs against a program's parameters
    │   ├── BadMetadataError         a program.json
    │   ├── BadBundleError           an archive
    │   └── BadRequirementsError     what a release requires, or its lock
    ├── CodecError
    │   ├── UnserializableError      also a TypeError
    │   └── UndecodableError         also a ValueError
    ├── BackendNotFoundError
    ├── UnsupportedCircuitError      also a ValueError
    ├── DeviceError                  a device, or the way to it, failed
    ├── ApiError                     the service refused; carries the HTTP status
    │   ├── NotAuthorizedError
    │   ├── RuntimeProgramNotFound
    │   ├── RuntimeDuplicateProgramError
    │   ├── RuntimeJobNotFound
    │   └── RuntimeInvalidStateError
    │       └── RuntimeJobCancelledError   it was cancelled, so there is no result
    ├── ServiceUnreachableError
    ├── IncompatibleVersionsError    the two sides do not speak the same versions
    ├── RuntimeJobFailureError       the job ended as Failed
    │   └── RuntimeJobMaxTimeoutError
    ├── RuntimeJobTimeoutError       the caller waited long enough
    ├── MessengerClosedError         the program published after main returned
    ├── StorageError                 the database or the disk failed; see __cause__
    │   └── StorageBusyError         another process holds the database
    ├── BackupError                  a backup can not be made, or not be restored
    ├── ServiceStartError            the service can not start as it was asked to
    └── ExecutionError               the machinery around a program failed

The names that begin with ``Runtime`` are those of the retired official client.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ApiError",
    "BackendNotFoundError",
    "BackupError",
    "BadBundleError",
    "BadInputsError",
    "BadMetadataError",
    "BadRequirementsError",
    "CodecError",
    "DeviceError",
    "ExecutionError",
    "IncompatibleVersionsError",
    "InvalidValueError",
    "MessengerClosedError",
    "NotAuthorizedError",
    "Problem",
    "ProgramRuntimeError",
    "RuntimeDuplicateProgramError",
    "RuntimeInvalidStateError",
    "RuntimeJobCancelledError",
    "RuntimeJobFailureError",
    "RuntimeJobMaxTimeoutError",
    "RuntimeJobNotFound",
    "RuntimeJobTimeoutError",
    "RuntimeProgramNotFound",
    "ServiceStartError",
    "ServiceUnreachableError",
    "StorageBusyError",
    "StorageError",
    "UndecodableError",
    "UnserializableError",
    "UnsupportedCircuitError",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong: where, what, and how to mend it."""

    path: str
    """A JSON path (``$.spec.parameters``), an input's name, or a file name."""
    message: str
    hint: str | None = None

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.path}: {self.message}{hint}"


class ProgramRuntimeError(Exception):
    """Base of all: ``str(error)`` says what is wrong, ``hint`` what to do."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class InvalidValueError(ProgramRuntimeError):
    """What the caller gave is wrong; ``problems`` lists all of it at once."""

    code = "invalid_value"

    def __init__(
        self, message: str, *, problems: Sequence[Problem] = (), hint: str | None = None
    ) -> None:
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"{message}{lines}", hint=hint)
        self.summary = message
        self.problems = tuple(problems)


class BadInputsError(InvalidValueError):
    """Inputs do not fit the program's parameters."""

    code = "bad_inputs"


class BadMetadataError(InvalidValueError):
    """A program's metadata can not be used."""

    code = "bad_metadata"


class BadBundleError(InvalidValueError):
    """An archive is not a program bundle."""

    code = "bad_bundle"


class BadRequirementsError(InvalidValueError):
    """The packages that a release requires can not be resolved or installed."""

    code = "bad_requirements"


class CodecError(ProgramRuntimeError):
    """A value could not cross the wire."""

    code = "codec"


class UnserializableError(CodecError, TypeError):
    """A value has no JSON form; the message names its path and type."""

    code = "unserializable"


class UndecodableError(CodecError, ValueError):
    """A text is no encoded value, or it is larger than the limits allow."""

    code = "undecodable"


class BackendNotFoundError(ProgramRuntimeError):
    """No backend has this name."""

    code = "backend_not_found"


class DeviceError(ProgramRuntimeError):
    """A real device, or the broker on the way to it, refused or failed."""

    code = "device"


class UnsupportedCircuitError(ProgramRuntimeError, ValueError):
    """A circuit holds something that the backend does not run."""

    code = "unsupported_circuit"


class ApiError(ProgramRuntimeError):
    """The service refused a request."""

    code = "api_error"

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.service_code = code or self.code


class NotAuthorizedError(ApiError):
    """The token is missing, wrong or expired, or its role may not do this."""

    code = "not_authorized"


class RuntimeProgramNotFound(ApiError):  # noqa: N818 - the retired client's name
    """No program or release has this name, or it is not yours to see."""

    code = "program_not_found"


class RuntimeDuplicateProgramError(ApiError):
    """The name or the version is taken."""

    code = "conflict"


class RuntimeJobNotFound(ApiError):  # noqa: N818 - the retired client's name
    """No job has this id, or it is not yours to see."""

    code = "job_not_found"


class RuntimeInvalidStateError(ApiError):
    """The job's state does not allow this."""

    code = "invalid_state"


class ServiceUnreachableError(ProgramRuntimeError):
    """The service did not answer."""

    code = "service_unreachable"


class IncompatibleVersionsError(ProgramRuntimeError):
    """The two sides do not speak the same versions; the hint says which to update."""

    code = "incompatible_versions"


class RuntimeJobFailureError(ProgramRuntimeError):
    """The job failed; ``failure_code`` says how, ``traceback`` where."""

    code = "job_failed"

    def __init__(
        self,
        message: str,
        *,
        failure_code: str = "program_error",
        traceback: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.failure_code = failure_code
        self.traceback = traceback

    def __str__(self) -> str:
        """A hint stands below the traceback that ends the message."""
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class RuntimeJobMaxTimeoutError(RuntimeJobFailureError):
    """The job ran longer than its maximum execution time."""

    code = "wall_time"


class RuntimeJobCancelledError(RuntimeInvalidStateError):
    """The job was cancelled, so there is no result."""

    code = "job_cancelled"


class RuntimeJobTimeoutError(ProgramRuntimeError):
    """The caller's timeout passed before the job was final."""

    code = "timeout"


class MessengerClosedError(ProgramRuntimeError):
    """The program published after ``main`` had returned."""

    code = "messenger_closed"


class StorageError(ProgramRuntimeError):
    """The database or the disk could not do it; nothing of it was kept."""

    code = "storage"


class StorageBusyError(StorageError):
    """Another process holds the database: the same will work when it lets go."""

    code = "storage_busy"


class BackupError(ProgramRuntimeError):
    """A backup can not be made or restored; nothing was changed."""

    code = "backup"


class ServiceStartError(ProgramRuntimeError):
    """The service can not start as it was asked to."""

    code = "service_start"


class ExecutionError(ProgramRuntimeError):
    """The machinery that runs programs failed, not the program."""

    code = "execution"
