"""However somebody asks for a build, no more of them wait than a service bears."""

import asyncio

import pytest

from program_runtime.environments import Lock, Pin
from program_runtime.execution.limits import Limits
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.build_queue import MOST_WAITING, check_queue
from program_runtime.service.trial import Trial

HASH = f"sha256:{'0' * 64}"


def lock(name):
    pin = Pin(name=name, version="1.0", hashes=(HASH,))
    return Lock(python="3.11", platform="x86_64-manylinux_2_28", pins=(pin,))


class Busy:
    """Environments of which as many are being built as may be."""

    waiting = MOST_WAITING

    def __init__(self):
        self.asked = []

    def is_known(self, lock):
        return lock.pins[0].name == "mine"

    def is_there(self, lock):
        return False

    async def of(self, lock):
        self.asked.append(lock)
        raise AssertionError("it is built")


def test_one_more_is_refused_but_who_waits_for_theirs_is_not():
    with pytest.raises(HttpRefusal, match="32 environments are being built") as caught:
        check_queue(Busy(), lock("other"))
    assert (caught.value.status, caught.value.code) == (503, "too_many_builds")
    check_queue(Busy(), lock("mine"))


def test_publishing_is_no_way_around_the_queue(tmp_path):
    busy = Busy()
    trial = Trial(None, busy, tmp_path, limits=Limits(), timeout_s=1)

    async def enter():
        async with trial._environment(lock("other")):
            pass

    with pytest.raises(HttpRefusal, match="32 environments"):
        asyncio.run(enter())
    assert busy.asked == []
