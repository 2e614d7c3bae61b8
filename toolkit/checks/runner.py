"""Run every check and report all findings at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from toolkit.checks import (
    entry_point,
    imports,
    parameters,
    program_metadata,
    removed,
    sample_inputs,
    schemas,
    secrets,
    side_effects,
    sizes,
    syntax,
)
from toolkit.checks.context import CheckContext
from toolkit.checks.finding import Finding, Severity
from toolkit.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.checks.finding import Code

__all__ = ["CHECKS", "Check", "codes", "run_checks"]


class Check(Protocol):
    """A module of this package: one concern, with the codes that it may report."""

    @property
    def CODES(self) -> tuple[Code, ...]:  # noqa: N802 - a constant of the module
        """What it may report."""

    def check(self, context: CheckContext) -> Iterator[Finding]:
        """Yield what is wrong."""


CHECKS: tuple[Check, ...] = (
    syntax,
    entry_point,
    parameters,
    imports,
    side_effects,
    removed,
    program_metadata,
    schemas,
    sample_inputs,
    secrets,
    sizes,
)


def codes() -> tuple[Code, ...]:
    """List every code that a check may report, by number."""
    every = (code for check in CHECKS for code in check.CODES)
    return tuple(sorted(every, key=lambda code: code.code))


def run_checks(root: Path, *, strict: bool = False) -> list[Finding]:
    """Check a project without importing or running it.

    Args:
        root: The project's folder, in whatever state.
        strict: Report warnings as errors.

    Returns:
        All findings, by file and line, errors of a file first where lines are equal.

    Raises:
        ProjectError: The folder does not exist.
    """
    root = Path(root).absolute()
    if not root.is_dir():
        raise ProjectError(
            f"{root} is no folder.", hint="Name the folder of a program project."
        )
    context = CheckContext(root)
    found = [finding for check in CHECKS for finding in check.check(context)]
    if strict:
        found = [replace(finding, severity=Severity.ERROR) for finding in found]
    return sorted(found, key=_order)


def _order(finding: Finding) -> tuple[str, int, str, str]:
    where = finding.path or ""
    return where, finding.line or 0, finding.severity, finding.code
