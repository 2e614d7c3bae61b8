"""Is there a program.py, and is everything it reaches Python?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.checks.finding import Code, Severity
from toolkit.project.project import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "check"]

MISSING = Code("QRT100", Severity.ERROR, "program.py is missing", ignorable=False)
SYNTAX = Code(
    "QRT106", Severity.ERROR, "A file is not readable as Python", ignorable=False
)

CODES = (MISSING, SYNTAX)


def check(context: CheckContext) -> Iterator[Finding]:
    """Report a missing program.py and every file that does not parse."""
    if not (context.root / SOURCE).is_file():
        yield MISSING.finding(
            "There is no program.py.",
            path=SOURCE,
            hint="It holds `def main(backend, user_messenger, **inputs):`.",
        )
    for module in context.modules:
        if module.error is None:
            continue
        prefix = f"{module.path}:{module.error.line}: "
        message = module.error.message.removeprefix(prefix)
        yield SYNTAX.finding(
            f"Not readable as Python: {message}",
            path=module.path,
            line=module.error.line,
        )
