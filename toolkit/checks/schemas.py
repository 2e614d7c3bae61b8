"""Can the service use the schemas of inputs, interim results and result?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.errors import BadMetadataError
from toolkit.checks.finding import Code, Severity
from toolkit.project.project import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "check"]

BAD_SCHEMA = Code("QRT202", Severity.ERROR, "A schema can not be used", ignorable=False)

CODES = (BAD_SCHEMA,)


def check(context: CheckContext) -> Iterator[Finding]:
    """Report every problem of the schemas in ``spec``."""
    if isinstance(context.metadata, BadMetadataError):
        for problem in context.metadata.problems:
            if problem.path.startswith("$.spec."):
                yield BAD_SCHEMA.finding(
                    problem.message,
                    path=f"{METADATA} {problem.path}",
                    hint=problem.hint,
                )
