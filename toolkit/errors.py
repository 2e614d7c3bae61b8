"""Every error that the toolkit raises, one tree.

::

    ToolkitError
    ├── ProjectError                 a project can not be used; lists every problem
    │   ├── BudgetError              more than the budget, or not known to be less
    │   ├── AnnotationError          an annotation of main() is no JSON Schema
    │   └── InterfaceError           main() is missing or has the wrong form
    ├── BundleError                  the project's files can not become a bundle
    ├── UsageError                   an argument makes no sense
    │   ├── TargetExistsError        `qrt new` would write over something
    │   ├── TemplateNotFoundError
    │   └── SampleNotFoundError
    ├── TemplateError                a template can not be rendered
    ├── DirtyProjectError            changes of a project are not committed
    ├── CassetteError                a cassette is missing, damaged, of another version
    ├── CapsuleError                 a file is no capsule of a job; lists every problem
    ├── NotRepeatableError           what a job needs is gone
    └── PublishError
        ├── NotAuthorisedError
        ├── CanaryError              a release could not be tried, or is held back
        ├── ConflictError            the version or the name is taken
        │   └── VersionTooLowError   what changed calls for a higher version
        ├── FindingsError            checks failed, so nothing was uploaded
        ├── NothingBeforeError       there is no release to roll back to
        └── VerificationError        the service holds other bytes than were sent

``exit_code`` is what the command line ends with; `exit_code_of` knows the errors of
``program_runtime`` too.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

from program_runtime import errors as runtime_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.errors import Problem

__all__ = [
    "AnnotationError",
    "BudgetError",
    "BundleError",
    "CanaryError",
    "CapsuleError",
    "CassetteError",
    "ConflictError",
    "DirtyProjectError",
    "ExitCode",
    "FindingsError",
    "InterfaceError",
    "NotAuthorisedError",
    "NotRepeatableError",
    "NothingBeforeError",
    "ProjectError",
    "PublishError",
    "SampleNotFoundError",
    "TargetExistsError",
    "TemplateError",
    "TemplateNotFoundError",
    "ToolkitError",
    "UsageError",
    "VerificationError",
    "VersionTooLowError",
    "exit_code_of",
]


class ExitCode(IntEnum):
    """What a command ends with."""

    OK = 0
    FAILED = 1
    """The program or the job failed."""
    USAGE = 2
    FINDINGS = 3
    NOT_AUTHORISED = 4
    NOT_FOUND = 5
    CONFLICT = 6
    UNREACHABLE = 7
    CANCELLED = 8
    INTERNAL = 70
    INTERRUPTED = 130


class ToolkitError(Exception):
    """Base of all: ``message`` says what is wrong, ``hint`` what to do next."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class ProjectError(ToolkitError):
    """A program project can not be used; ``problems`` lists everything wrong."""

    code = "bad_project"
    exit_code = ExitCode.FINDINGS

    def __init__(
        self, message: str, *, problems: Sequence[Problem] = (), hint: str | None = None
    ) -> None:
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"{message}{lines}", hint=hint)
        self.summary = message
        self.problems = tuple(problems)

    def __str__(self) -> str:
        before_hint = "\n" if self.problems else " "
        return f"{self.message}{before_hint}{self.hint}" if self.hint else self.message


class InterfaceError(ProjectError):
    """The source has no ``main`` that the service could call.

    ``reason`` is a word for programs (see `toolkit.project.interface.Reason`),
    ``line`` the place in the source, from 1.
    """

    code = "bad_interface"

    def __init__(
        self, message: str, *, reason: str, line: int | None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.line = line


class AnnotationError(ProjectError):
    """An annotation of ``main`` that is no JSON Schema."""

    code = "bad_annotation"


class BudgetError(ProjectError):
    """A run asks for more than the project's budget, or that can not be estimated."""

    code = "budget"


class BundleError(ProjectError):
    """The project's files can not become a bundle."""

    code = "bad_bundle"


class UsageError(ToolkitError):
    """An argument makes no sense."""

    code = "usage"
    exit_code = ExitCode.USAGE


class TargetExistsError(UsageError):
    """The folder for a new project is not empty."""

    code = "target_exists"


class TemplateNotFoundError(UsageError):
    """No template has this name, or nothing is at this path or address."""

    code = "template_not_found"


class SampleNotFoundError(UsageError):
    """The project has no sample inputs of this name."""

    code = "sample_not_found"


class TemplateError(ToolkitError):
    """A template can not be rendered."""

    code = "bad_template"


class DirtyProjectError(ToolkitError):
    """Git knows of changes that are not committed, which an update could bury."""

    code = "dirty_project"
    exit_code = ExitCode.CONFLICT


class CassetteError(ToolkitError):
    """A cassette can not be read, or not be written."""

    code = "bad_cassette"
    exit_code = ExitCode.USAGE


class CapsuleError(ToolkitError):
    """A file is no capsule of a job, or a job does not fit into one."""

    code = "bad_capsule"
    exit_code = ExitCode.USAGE

    def __init__(
        self, message: str, *, problems: Sequence[Problem] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class NotRepeatableError(ToolkitError):
    """What a job needs to run again is gone: its release, its source, its backend."""

    code = "not_repeatable"
    exit_code = ExitCode.NOT_FOUND


class PublishError(ToolkitError):
    """A program could not be published."""

    code = "publish"


class NotAuthorisedError(PublishError):
    """The token is missing, wrong or expired, or its role may not publish."""

    code = "not_authorized"
    exit_code = ExitCode.NOT_AUTHORISED


class ConflictError(PublishError):
    """The version exists with other content, or the name belongs to another."""

    code = "conflict"
    exit_code = ExitCode.CONFLICT


class VersionTooLowError(ConflictError):
    """What changed calls for a higher version; ``problems`` lists what."""

    code = "version_too_low"

    def __init__(
        self, message: str, *, problems: Sequence[Problem] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class CanaryError(PublishError):
    """A release could not be tried on stored inputs, or is held back.

    ``problems`` lists the jobs that did not do what they did before.
    """

    code = "canary"

    def __init__(
        self, message: str, *, problems: Sequence[Problem] = (), hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


class FindingsError(PublishError, ProjectError):
    """Checks or the service found errors; ``problems`` lists them."""

    code = "findings"
    exit_code = ExitCode.FINDINGS


class NothingBeforeError(PublishError):
    """No release before the current one has been the latest."""

    code = "nothing_before"
    exit_code = ExitCode.NOT_FOUND


class VerificationError(PublishError):
    """The service holds other bytes than were sent."""

    code = "verification"


_RUNTIME_CODES: tuple[tuple[type[Exception], ExitCode], ...] = (
    (runtime_errors.InvalidValueError, ExitCode.FINDINGS),
    (runtime_errors.NotAuthorizedError, ExitCode.NOT_AUTHORISED),
    (runtime_errors.RuntimeProgramNotFound, ExitCode.NOT_FOUND),
    (runtime_errors.RuntimeJobNotFound, ExitCode.NOT_FOUND),
    (runtime_errors.BackendNotFoundError, ExitCode.NOT_FOUND),
    (runtime_errors.RuntimeDuplicateProgramError, ExitCode.CONFLICT),
    (runtime_errors.RuntimeJobCancelledError, ExitCode.CANCELLED),
    (runtime_errors.RuntimeInvalidStateError, ExitCode.CONFLICT),
    (runtime_errors.ServiceUnreachableError, ExitCode.UNREACHABLE),
    (runtime_errors.IncompatibleVersionsError, ExitCode.UNREACHABLE),
    (runtime_errors.RuntimeJobTimeoutError, ExitCode.UNREACHABLE),
    (runtime_errors.ProgramRuntimeError, ExitCode.FAILED),
)


def exit_code_of(error: BaseException) -> ExitCode:
    """Choose the exit code for any error, ours, the runtime's or a surprise."""
    if isinstance(error, ToolkitError):
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    for kind, code in _RUNTIME_CODES:
        if isinstance(error, kind):
            return code
    return ExitCode.INTERNAL
