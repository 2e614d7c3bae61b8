"""Does the program keep to the budget of its metadata, as far as it was measured?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.metadata import ProgramMetadata
from toolkit.checks.finding import Code, Severity
from toolkit.errors import BudgetError
from toolkit.project import budget_limits, budget_lock, samples
from toolkit.project.budget_lock import LOCK
from toolkit.project.project import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding
    from toolkit.project.budget_lock import Lock

__all__ = ["CODES", "check"]

NOT_MEASURED = Code("QRT210", Severity.ERROR, "The budget was not measured")
OVER = Code("QRT211", Severity.ERROR, "The program asks for more than its budget")

CODES = (NOT_MEASURED, OVER)

_HINT = "Measure it: qrt budget"


def check(context: CheckContext) -> Iterator[Finding]:
    """Hold what `qrt budget` has measured last against the budget; nothing is run."""
    metadata = context.metadata
    if not isinstance(metadata, ProgramMetadata) or not metadata.budget:
        return
    try:
        lock = budget_lock.read_lock(context.root)
    except BudgetError as error:
        yield NOT_MEASURED.finding(error.message, hint=error.hint, path=LOCK)
        return
    if lock is None:
        yield NOT_MEASURED.finding(
            "The program has a budget, and was never measured.",
            hint=_HINT,
            path=f"{METADATA} $.budget",
        )
    elif lock.program != _digest(context, lock):
        yield NOT_MEASURED.finding(
            "The program or its sample inputs have changed since they were measured.",
            hint=_HINT,
            path=LOCK,
        )
    else:
        for problem in budget_limits.over_budget(
            lock.counts, metadata.budget, missing=lock.missing, remedy=lock.remedy
        ):
            yield OVER.finding(
                f"{problem.message}.", hint=problem.hint, path=problem.path
            )


def _digest(context: CheckContext, lock: Lock) -> str | None:
    sample = None
    if lock.sample is not None:
        sample = samples.list_samples(context.root).get(lock.sample)
        if sample is None:
            return None
    return budget_lock.digest_of(
        context.collection.files, context.spec.get("parameters") or {}, sample
    )
