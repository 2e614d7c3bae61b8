"""How a command ends: the code it stops with, and the words of its errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from program_runtime import errors
from toolkit.errors import ExitCode, ProjectError, ToolkitError, exit_code_of


class Stop(Exception):  # noqa: N818 - it is no error: all has been said
    """End the command now with this exit code; everything is already printed."""

    def __init__(self, exit_code: ExitCode) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


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
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        where = error.filename or ""
        return Failure(
            code="file",
            message=f"{error.strerror}: {where}",
            hint=None,
            exit_code=ExitCode.USAGE,
        )
    return Failure(
        code="internal",
        message=f"internal error: {type(error).__name__}: {error}",
        hint="run the command again with -v and report what it prints",
        exit_code=ExitCode.INTERNAL,
    )


def _describe_usage(error: click.ClickException) -> Failure:
    context = getattr(error, "ctx", None)
    hint = f"{context.command_path} --help" if context else None
    return Failure(
        code="usage",
        message=error.format_message(),
        hint=hint,
        exit_code=ExitCode.USAGE
        if isinstance(error, click.UsageError)
        else ExitCode.FAILED,
    )


def _describe_runtime(error: errors.ProgramRuntimeError) -> Failure:
    message = error.message
    findings: tuple[dict[str, Any], ...] = ()
    if isinstance(error, errors.InvalidValueError):
        message = error.summary
        findings = _findings(error.problems)
    return Failure(
        code=getattr(error, "service_code", error.code),
        message=message,
        hint=error.hint,
        exit_code=exit_code_of(error),
        findings=findings,
    )


def _findings(problems: Any) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "path": problem.path,
            "message": problem.message,
            **({"hint": problem.hint} if problem.hint else {}),
        }
        for problem in problems
    )
