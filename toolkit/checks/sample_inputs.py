"""Do the sample inputs fit the schema?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime import metadata
from program_runtime.errors import BadInputsError
from toolkit.checks.finding import Code, Severity
from toolkit.errors import ProjectError
from toolkit.project import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program_runtime.errors import Problem
    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "check"]

UNREADABLE = Code("QRT301", Severity.ERROR, "Sample inputs can not be read")
UNFIT = Code("QRT302", Severity.ERROR, "Sample inputs break the schema")

CODES = (UNREADABLE, UNFIT)


def check(context: CheckContext) -> Iterator[Finding]:
    """Report unreadable files in inputs/ and values that the schema refuses."""
    for path in samples.list_samples(context.root).values():
        where = path.relative_to(context.root).as_posix()
        try:
            values = samples.read_sample(path)
        except ProjectError as err:
            for problem in err.problems:
                yield UNREADABLE.finding(f"{problem.message}.", path=where)
            continue
        if context.parameters is not None:
            for problem in _problems(context.parameters, values):
                yield UNFIT.finding(
                    problem.message, path=f"{where} {problem.path}", hint=problem.hint
                )


def _problems(schema: dict[str, object], values: dict[str, object]) -> list[Problem]:
    try:
        coerced = metadata.coerce_inputs(schema, values)
    except BadInputsError as err:
        return list(err.problems)
    return metadata.validate_inputs(schema, coerced)
