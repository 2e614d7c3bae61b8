"""Who waits is woken, and no news is lost between a look and a wait."""

import asyncio

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.hub import Ending, Hub, Wakeup


def test_news_between_two_waits_is_not_lost():
    async def scenario():
        hub = Hub()
        with hub.listen("job_1") as listener:
            hub.notify("job_1")
            return await listener.wait(0), await listener.wait(0)

    assert asyncio.run(scenario()) == (True, False)


def test_a_waiting_listener_is_woken_by_its_own_job_only():
    async def scenario():
        hub = Hub()
        with hub.listen("job_1") as listener:
            waiting = asyncio.ensure_future(listener.wait(5))
            await asyncio.sleep(0)
            hub.notify("job_2")
            await asyncio.sleep(0)
            early = waiting.done()
            hub.notify("job_1")
            return early, await waiting

    assert asyncio.run(scenario()) == (False, True)


def test_who_waits_for_the_end_sleeps_through_the_rest():
    async def scenario():
        hub = Hub()
        with hub.listen("job_1", final_only=True) as listener:
            hub.notify("job_1")
            before = await listener.wait(0)
            hub.end("job_1", ending)
            return before, await listener.wait(0), listener.ending

    ending = Ending(JobStatus.CANCELLED, None)
    assert asyncio.run(scenario()) == (False, True, ending)


def test_listeners_are_forgotten_when_they_leave():
    hub = Hub()
    with hub.listen("job_1"), hub.listen("job_1"), hub.listen("job_2"):
        assert len(hub) == 3
    assert len(hub) == 0


def test_a_closed_hub_wakes_all_and_keeps_nobody_waiting():
    async def scenario():
        hub = Hub()
        with hub.listen("job_1", final_only=True) as early:
            hub.close()
            with hub.listen("job_2") as late:
                return await early.wait(0), await late.wait(0)

    assert asyncio.run(scenario()) == (True, True)


def test_a_listener_that_left_is_woken_to_notice_it():
    async def scenario():
        with Hub().listen("job_1") as listener:
            listener.leave()
            return await listener.wait(0), listener.left

    assert asyncio.run(scenario()) == (True, True)


def test_work_that_came_after_the_ticket_is_not_waited_for():
    async def scenario():
        wakeup = Wakeup()
        ticket = wakeup.ticket
        wakeup.notify()
        await asyncio.wait_for(wakeup.wait(ticket), 1)
        return True

    assert asyncio.run(scenario())


def test_one_piece_of_work_wakes_one_worker():
    async def scenario():
        wakeup = Wakeup()
        workers = [asyncio.ensure_future(wakeup.wait(wakeup.ticket)) for _ in range(3)]
        await asyncio.sleep(0)
        wakeup.notify()
        await asyncio.sleep(0)
        woken = sum(worker.done() for worker in workers)
        wakeup.notify_all()
        await asyncio.gather(*workers)
        return woken

    assert asyncio.run(scenario()) == 1


def test_a_worker_that_gave_up_takes_no_wake_up_from_another():
    async def scenario():
        wakeup = Wakeup()
        first = asyncio.ensure_future(wakeup.wait(wakeup.ticket))
        second = asyncio.ensure_future(wakeup.wait(wakeup.ticket))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        wakeup.notify()
        await asyncio.wait([second], timeout=1)
        return first.cancelled(), second.done()

    assert asyncio.run(scenario()) == (True, True)


def test_a_reserved_worker_gets_what_was_kept_for_it_and_nobody_else_does():
    async def scenario():
        wakeup = Wakeup()
        workers = [asyncio.ensure_future(wakeup.wait(wakeup.ticket)) for _ in range(2)]
        await asyncio.sleep(0)
        reserved = wakeup.reserve()
        wakeup.notify()
        await asyncio.sleep(0)
        assert [worker.done() for worker in workers] == [False, True]
        assert wakeup.reserve() is None
        reserved.set_result("a job")
        return await asyncio.gather(*workers)

    assert asyncio.run(scenario()) == ["a job", None]
