"""Can the service use the schemas of inputs, interim results and result?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from program_runtime import metadata
from program_runtime.errors import BadMetadataError
from toolkit.checks.finding import Code, Severity
from toolkit.project.project import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program_runtime.errors import Problem
    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "check"]

BAD_SCHEMA = Code("QRT202", Severity.ERROR, "A schema can not be used")

CODES = (BAD_SCHEMA,)

_SCHEMAS = ("parameters", "return_values", "interim_results")


def check(context: CheckContext) -> Iterator[Finding]:
    """Report every problem of the schemas in ``spec``, each once."""
    reported = set()
    for problem in _problems(context):
        if problem.path not in reported:
            reported.add(problem.path)
            yield BAD_SCHEMA.finding(
                problem.message, path=f"{METADATA} {problem.path}", hint=problem.hint
            )


def _problems(context: CheckContext) -> Iterator[Problem]:
    if isinstance(context.metadata, BadMetadataError):
        for problem in context.metadata.problems:
            if problem.path.startswith("$.spec."):
                yield problem
        return
    for name in _SCHEMAS:
        schema = context.spec.get(name)
        if schema:
            for problem in metadata.check_schema(schema):
                yield _below(problem, f"$.spec.{name}")


def _below(problem: Problem, prefix: str) -> Problem:
    return replace(problem, path=prefix + problem.path.removeprefix("$"))
