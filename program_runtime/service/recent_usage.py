"""What jobs used in the last four weeks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.service.domain import UsageSum
    from program_runtime.service.store import Store

__all__ = ["RecentUsage", "UsagePeriod"]

PERIOD = timedelta(days=28)
"""As in IBM's service."""
_KEPT_FOR_TIMES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePeriod:
    """What the jobs used together that ended in a period."""

    start: datetime
    end: datetime
    used: UsageSum


class RecentUsage:
    """Adds up what jobs used when somebody asks.

    Official clients ask before each submission, so the sum of very many jobs is not
    made anew each time: an answer serves again for twenty times as long as it took,
    which is no time at all where there are few jobs. The period that it names ends
    when it was made.

    Args:
        store: Where the jobs are.
        timer: Seconds that only grow.
    """

    def __init__(
        self, store: Store, *, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._timer = timer
        self._kept: dict[str | None, tuple[float, UsagePeriod]] = {}

    async def of(self, user: str | None) -> UsagePeriod:
        """Return what a user's jobs used; those of all for None."""
        began = self._timer()
        kept_until, kept = self._kept.get(user, (began, None))
        if kept is not None and began < kept_until:
            return kept
        end = datetime.now(UTC)
        start = end - PERIOD
        used = await self._store.jobs.usage(user=user, since=start)
        made = UsagePeriod(start=start, end=end, used=used)
        ready = self._timer()
        self._kept[user] = (ready + _KEPT_FOR_TIMES * (ready - began), made)
        return made
