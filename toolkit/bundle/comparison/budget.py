"""What two releases may ask of a backend, and what differs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BudgetChange", "compare_budgets"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetChange:
    """One bound of the budget that is not the same; None where there is none."""

    name: str
    """As in the metadata: ``shots``, ``qpu_s``."""
    old: float | None
    new: float | None

    @property
    def grows(self) -> bool:
        """Whether a run may cost more than before."""
        return self.old is not None and (self.new is None or self.new > self.old)


def compare_budgets(
    old: Mapping[str, float], new: Mapping[str, float]
) -> tuple[BudgetChange, ...]:
    """Return the bounds that differ, by name.

    Args:
        old: ``budget`` of one release's metadata.
        new: That of the other.
    """
    return tuple(
        BudgetChange(name=name, old=old.get(name), new=new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )
