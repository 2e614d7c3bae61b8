"""Can the service call ``main``?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.checks.finding import Code, Severity
from toolkit.errors import InterfaceError
from toolkit.project.interface import Reason
from toolkit.project.project import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "check"]

_BY_REASON = {
    Reason.NO_MAIN: Code("QRT101", Severity.ERROR, "There is no main", ignorable=False),
    Reason.NOT_A_FUNCTION: Code(
        "QRT102", Severity.ERROR, "main is not a function", ignorable=False
    ),
    Reason.ASYNC: Code("QRT103", Severity.ERROR, "main is async", ignorable=False),
    Reason.NESTED: Code(
        "QRT104", Severity.ERROR, "main is inside another block", ignorable=False
    ),
    Reason.LEADING: Code(
        "QRT105",
        Severity.ERROR,
        "main does not begin with backend, user_messenger",
        ignorable=False,
    ),
    Reason.GENERATOR: Code(
        "QRT107", Severity.ERROR, "main is a generator", ignorable=False
    ),
}

CODES = tuple(_BY_REASON.values())


def check(context: CheckContext) -> Iterator[Finding]:
    """Report why there is no ``main(backend, user_messenger, ...)``."""
    error = context.interface
    if isinstance(error, InterfaceError):
        where = f"{SOURCE}:{error.line}: "
        message = error.message.removeprefix(where)
        yield _BY_REASON[Reason(error.reason)].finding(
            f"{message}.",
            path=SOURCE,
            line=error.line,
            hint=error.hint,
        )
