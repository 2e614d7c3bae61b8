"""In which order jobs in memory would be taken."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.store.memory import session_turns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.service.domain import Job
    from program_runtime.service.store.memory.state import State


def positions(state: State) -> Mapping[str, int]:
    """Return where each job stands that has a turn: it is as if all were taken now."""
    jobs = [folder.job for folder in state.folders.values()]
    running = Counter(job.user for job in jobs if job.status is JobStatus.RUNNING)
    served = {name: account.last_served for name, account in state.accounts.items()}
    left: list[tuple[float, int, Job]] = []
    for number, job in enumerate(jobs):
        if job.status is JobStatus.QUEUED:
            place = session_turns.place(state, job)
            if place is not None:
                left.append((place, number, job))
    now = max(served.values(), default=0.0)
    found: dict[str, int] = {}
    while left:
        turn = min(
            left,
            key=lambda each: (
                each[0] == session_turns.LAST,
                running[each[2].user],
                served[each[2].user],
                *each[:2],
            ),
        )
        left.remove(turn)
        user = turn[2].user
        running[user] += 1
        now = served[user] = now + 1
        found[turn[2].id] = len(found) + 1
    return found
