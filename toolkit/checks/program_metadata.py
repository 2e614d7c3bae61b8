"""Are program.json and pyproject.toml what they should be?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.errors import BadMetadataError
from toolkit.checks.finding import Code, Severity
from toolkit.errors import ProjectError
from toolkit.project.project import METADATA
from toolkit.project.settings import PYPROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "check"]

MISSING = Code("QRT200", Severity.ERROR, "program.json is missing", ignorable=False)
INVALID = Code("QRT201", Severity.ERROR, "The metadata is invalid", ignorable=False)
BAD_PYPROJECT = Code(
    "QRT203", Severity.ERROR, "pyproject.toml can not be used", ignorable=False
)

CODES = (MISSING, INVALID, BAD_PYPROJECT)


def check(context: CheckContext) -> Iterator[Finding]:
    """Report every problem of the two files, apart from those of schemas."""
    if isinstance(context.metadata_bytes, FileNotFoundError):
        yield MISSING.finding(
            "There is no program.json.",
            path=METADATA,
            hint='It holds {"name": ..., "version": "0.1.0", "description": ..., '
            '"spec": {...}}.',
        )
    elif isinstance(context.metadata_bytes, OSError):
        yield INVALID.finding(
            f"Can not be read: {context.metadata_bytes}.", path=METADATA
        )
    yield from _of_metadata(context.metadata)
    if isinstance(context.pyproject, ProjectError):
        for problem in context.pyproject.problems:
            where = problem.path.removeprefix(f"{PYPROJECT}: ")
            place = "" if where == PYPROJECT else f"{where} "
            yield BAD_PYPROJECT.finding(f"{place}{problem.message}.", path=PYPROJECT)
    for message in context.preferences.problems:
        yield BAD_PYPROJECT.finding(message, path=PYPROJECT)


def _of_metadata(found: object) -> Iterator[Finding]:
    if not isinstance(found, BadMetadataError):
        return
    if not found.problems:
        yield INVALID.finding(found.summary, path=METADATA, hint=found.hint)
    for problem in found.problems:
        if not problem.path.startswith("$.spec."):
            yield INVALID.finding(
                problem.message, path=f"{METADATA} {problem.path}", hint=problem.hint
            )
