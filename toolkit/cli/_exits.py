"""How a command ends: the code it stops with, and the words of its errors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from program_runtime import errors
from toolkit.cli import _groups
from toolkit.errors import ExitCode, ProjectError, ToolkitError, exit_code_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from program_runtime.errors import Problem


class Stop(Exception):  # noqa: N818 - it is no error: all has been said
    """End the command now with this exit code; everything is already printed."""

    def __init__(self, exit_code: ExitCode) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


class Interrupted(ToolkitError):  # noqa: N818 - it is what the user wanted
    """Ctrl-C."""

    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED


class NotFoundError(ToolkitError):
    """Nothing has this name."""

    code = "not_found"
    exit_code = ExitCode.NOT_FOUND


class SettingsError(ToolkitError):
    """Settings of a file or of the environment can not be used; lists them all."""

    code = "usage"
    exit_code = ExitCode.USAGE

    def __init__(
        self, message: str, *, problems: Sequence[Problem], hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error in the words that a user reads."""

    code: str
    message: str
    hint: str | None
    exit_code: ExitCode
    findings: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the JSON form, without what is not there."""
        body: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.hint:
            body["hint"] = self.hint
        if self.findings:
            body["findings"] = list(self.findings)
        return body


def describe(error: Exception) -> Failure:
    """Turn any error into words and an exit code."""
    if isinstance(error, click.ClickException):
        return _describe_usage(error)
    if isinstance(error, ToolkitError):
        return Failure(
            code=error.code,
            message=error.summary if isinstance(error, ProjectError) else error.message,
            hint=error.hint,
            exit_code=error.exit_code,
            findings=_findings(getattr(error, "problems", ())),
        )
    if isinstance(error, errors.ProgramRuntimeError):
        return _describe_runtime(error)
    if isinstance(error, OSError) and error.filename is not None:
        return _describe_file(error)
    return Failure(
        code="internal",
        message=f"internal error: {type(error).__name__}: {error}",
        hint="Run the command again with -v and report what it prints.",
        exit_code=ExitCode.INTERNAL,
    )


def _describe_usage(error: click.ClickException) -> Failure:
    context = getattr(error, "ctx", None)
    hint = f"`{context.command_path} --help`" if context else None
    meant = _choice_meant(error)
    hint = " ".join(filter(None, [meant, hint])) or None
    return Failure(
        code="usage",
        message=error.format_message(),
        hint=hint,
        exit_code=ExitCode.USAGE
        if isinstance(error, click.UsageError)
        else ExitCode.FAILED,
    )


def _choice_meant(error: click.ClickException) -> str | None:
    """Name the nearest of an option's choices; click lists them all."""
    kind = getattr(getattr(error, "param", None), "type", None)
    refused = re.match("'(.*)' is not one of ", error.message)
    if refused is None or not isinstance(kind, click.Choice):
        return None
    return _groups.did_you_mean(refused[1], map(str, kind.choices))


_NEXT = (
    (errors.RuntimeJobNotFound, "`qrt jobs` lists yours."),
    (errors.RuntimeProgramNotFound, "`qrt programs` lists what you may run."),
    (errors.BackendNotFoundError, "`qrt backends` lists them."),
)


# What the service refuses in a way that no class of its own tells.
_BY_STATUS = {404: ExitCode.NOT_FOUND, 409: ExitCode.CONFLICT}


def _describe_runtime(error: errors.ProgramRuntimeError) -> Failure:
    message = error.message
    findings: tuple[dict[str, Any], ...] = ()
    if isinstance(error, errors.InvalidValueError):
        message = error.summary
        findings = _findings(error.problems)
    next_steps = (step for kind, step in _NEXT if isinstance(error, kind))
    return Failure(
        code=getattr(error, "service_code", error.code),
        message=message,
        hint=error.hint or next(next_steps, None),
        exit_code=_BY_STATUS.get(getattr(error, "status", 0), exit_code_of(error)),
        findings=findings,
    )


def _describe_file(error: OSError) -> Failure:
    misnamed = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
    refused = isinstance(error, (*misnamed, PermissionError))
    return Failure(
        code="file",
        message=f"{error.strerror}: {error.filename}",
        hint=None,
        exit_code=ExitCode.USAGE if refused else ExitCode.FAILED,
    )


def _findings(problems: Iterable[Problem]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "path": problem.path,
            "message": problem.message,
            **({"hint": problem.hint} if problem.hint else {}),
        }
        for problem in problems
    )
