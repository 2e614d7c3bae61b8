"""How often what jobs used is added up."""

import asyncio
from types import SimpleNamespace

import pytest

from program_runtime.service.domain import UsageSum
from program_runtime.service.recent_usage import RecentUsage


class Jobs:
    """Counts how often it is asked; each answer takes its time."""

    now = 100.0

    def __init__(self, takes_s):
        self.takes_s, self.asked = takes_s, []

    async def usage(self, *, user, since):
        self.asked.append(user)
        self.now += self.takes_s
        return UsageSum(jobs=len(self.asked))


@pytest.fixture
def asking():
    def make(takes_s):
        jobs = Jobs(takes_s)
        recent = RecentUsage(SimpleNamespace(jobs=jobs), timer=lambda: jobs.now)
        return jobs, lambda user="u_a": asyncio.run(recent.of(user))

    return make


def test_what_takes_no_time_is_added_up_anew(asking):
    _, ask = asking(0.0)
    assert [ask().used.jobs for _ in range(3)] == [1, 2, 3]


def test_what_took_long_serves_again_for_twenty_times_as_long(asking):
    jobs, ask = asking(0.5)
    made = ask()
    jobs.now += 9.9
    assert ask() is made
    jobs.now += 0.2
    assert ask().used.jobs == 2


def test_nobody_is_told_what_others_used(asking):
    jobs, ask = asking(0.5)
    for user in ("u_a", None, "u_b"):
        ask(user)
    assert jobs.asked == ["u_a", None, "u_b"]
