"""Run every check and report all findings at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from toolkit.checks import (
    budget,
    entry_point,
    ignores,
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
    from collections.abc import Iterator, Mapping

    from toolkit.checks.finding import Code
    from toolkit.checks.ignores import Comment

__all__ = ["CHECKS", "Check", "Judgement", "codes", "judge", "run_checks"]


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
    budget,
    schemas,
    sample_inputs,
    secrets,
    sizes,
)


def codes() -> tuple[Code, ...]:
    """List every code that a check may report, by number."""
    every = (code for check in CHECKS for code in check.CODES)
    return tuple(sorted((*every, *ignores.CODES), key=lambda code: code.code))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the checks have to say about a project."""

    context: CheckContext
    findings: tuple[Finding, ...]
    """By file and line, errors of a file first where lines are equal."""
    ignored: tuple[Finding, ...]
    """What the author chose not to hear."""
    unused: Mapping[Comment, frozenset[str]]
    """Comments with the codes that they ignore for nothing."""


def run_checks(root: Path, *, strict: bool = False) -> list[Finding]:
    """Check a project without importing or running it.

    Args:
        root: The project's folder, in whatever state.
        strict: Report warnings as errors.

    Returns:
        All findings that are not ignored.

    Raises:
        ProjectError: The folder does not exist.
    """
    return list(judge(root, strict=strict).findings)


def judge(root: Path, *, strict: bool = False) -> Judgement:
    """Check a project, and sort out what its author ignores.

    Args:
        root: The project's folder, in whatever state.
        strict: Report warnings as errors.

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
    sorted_out = ignores.sort_out(
        found,
        comments=context.comments,
        preferences=context.preferences,
        codes=codes(),
    )
    kept = sorted_out.kept
    if strict:
        kept = tuple(replace(finding, severity=Severity.ERROR) for finding in kept)
    return Judgement(
        context=context,
        findings=tuple(sorted(kept, key=_order)),
        ignored=tuple(sorted(sorted_out.hidden, key=_order)),
        unused=sorted_out.unused,
    )


def _order(finding: Finding) -> tuple[str, int, str, str]:
    where = finding.path or ""
    return where, finding.line or 0, finding.severity, finding.code
