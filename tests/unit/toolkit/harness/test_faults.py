"""A bad network on purpose, and the client that makes it good again."""

import itertools

import pytest

from program_runtime.client.roads import RoadBroken
from program_runtime.errors import InvalidValueError
from program_runtime.execution import Event, EventType, JobStatus, Outcome, Usage
from toolkit.harness import bad_network, faults
from toolkit.harness.bad_network import BadNetwork, deliver
from toolkit.harness.event_log import EventLog
from toolkit.harness.faults import Fault, FaultPlan, FaultyRoad, read_faults
from toolkit.harness.parity import ParityReport
from toolkit.harness.run import HarnessRun

COUNT = 12
DONE = Event(COUNT, 0.0, EventType.STATUS, '{"status": "Completed"}')


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """A client at its second try comes at once, and slow events are only counted."""
    monkeypatch.setattr("program_runtime.client.outage._FIRST_DELAY_S", 0.0)
    monkeypatch.setattr(faults, "_SLOW_S", 0.0)


def events():
    interim = [Event(n, 0.0, EventType.INTERIM, str(n)) for n in range(1, COUNT - 1)]
    return [*interim, Event(COUNT - 1, 0.0, EventType.RESULT, '"end"'), DONE]


def finished(some=None):
    """A run that is over."""
    outcome = Outcome(
        status=JobStatus.COMPLETED,
        usage=Usage(wall_s=0.0, cpu_s=0.0, peak_memory_bytes=0),
    )
    report = ParityReport(findings=(), measures=(), interim_examined=0, interim_total=0)
    return HarnessRun(outcome=outcome, events=tuple(some or events()), report=report)


def raw(kinds, seed=1):
    """What comes over one connection, before the client's rules."""
    log = EventLog()
    for event in events():
        log.append(event)
    log.close()
    seen = []
    try:
        for frame in FaultyRoad(log, FaultPlan(kinds, seed)).frames(0):
            seen += [event["seq"] for event in frame]
    except RoadBroken:
        seen.append("broken")
    return seen


WHOLE = list(range(1, COUNT + 1))


def test_without_the_client_s_rules_each_fault_does_harm():
    twice = raw([Fault.DUPLICATE])
    assert sorted(set(twice)) == WHOLE
    assert len(twice) > COUNT
    lossy = raw([Fault.DROP])
    assert len(lossy) < COUNT
    mixed = raw([Fault.REORDER])
    assert sorted(mixed) == WHOLE != mixed
    assert raw([Fault.DISCONNECT])[-1] == "broken"
    assert raw([Fault.SLOW]) == WHOLE


COMBINATIONS = [
    *[(fault,) for fault in Fault],
    *itertools.combinations(Fault, 2),
    tuple(Fault),
]


@pytest.mark.parametrize("kinds", COMBINATIONS, ids="+".join)
def test_with_them_every_event_arrives_once_and_in_order(kinds):
    seen = []
    network = BadNetwork(kinds, seed=1, see=seen.append)
    for event in events():
        network.send(event)
    reception = network.finish()
    assert reception.ok
    assert reception.sent == COUNT
    assert set(reception.hurt) == set(kinds)
    assert [event.seq for event in seen] == WHOLE
    assert [event.data for event in seen[:2]] == ["1", "2"]


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_seed(seed):
    network = BadNetwork(tuple(Fault), seed=seed, see=lambda _: None)
    for event in events():
        network.send(event)
    assert network.finish().ok


def test_the_same_seed_hurts_the_same_events():
    plans = [FaultPlan(tuple(Fault), 3), FaultPlan(tuple(Fault), 3)]
    planned = [[plan.take(seq) for seq in range(1, 60)] for plan in plans]
    assert planned[0] == planned[1]
    assert planned[0] != [FaultPlan(tuple(Fault), 4).take(seq) for seq in range(1, 60)]
    counts = [planned[0].count(fault) for fault in Fault]
    assert max(counts) - min(counts) <= 1
    assert all(plans[0].take(seq) is None for seq in range(1, 60))


def test_a_run_that_breaks_off_ends_the_stream():
    network = BadNetwork([Fault.DROP], seed=1, see=lambda _: None)
    network.send(events()[0])
    assert network.finish().arrived == (1,)


def test_what_the_watcher_raises_is_not_lost():
    def see(event):
        raise ValueError(event.seq)

    network = BadNetwork([Fault.SLOW], seed=1, see=see)
    network.send(events()[0])
    with pytest.raises(ValueError, match="1"):
        network.finish()


def test_a_callback_gets_each_result_once():
    seen = []
    hurt = deliver(
        finished(),
        lambda job_id, result: seen.append((job_id, result)),
        faults=["drop", "duplicate", "reorder", "disconnect"],
        seed=2,
    )
    assert [result for _, result in seen] == [*range(1, COUNT - 1), "end"]
    assert {job_id for job_id, _ in seen} == {"local"}
    assert sum(hurt.values()) >= 4


def test_what_a_callback_raises_is_the_test_s_business():
    seen = []

    def callback(job_id, result):
        seen.append(result)
        if result == 3:
            raise ZeroDivisionError("three")

    with pytest.raises(ZeroDivisionError, match="three"):
        deliver(finished(), callback, faults=["slow"])
    assert len(seen) == COUNT - 1


def test_a_decoder_of_one_s_own_reads_the_results():
    class Decoder:
        @staticmethod
        def decode(text):
            return f"<{text}>"

    seen = []
    deliver(
        finished(),
        lambda _, result: seen.append(result),
        faults=["drop"],
        result_decoder=Decoder,
    )
    assert seen[0] == "<1>"
    assert seen[-1] == '<"end">'


def test_all_words_that_are_no_faults_are_told_at_once():
    with pytest.raises(InvalidValueError) as caught:
        read_faults(["drop", "reoder", "rain", ""])
    problems = [(each.path, each.message) for each in caught.value.problems]
    assert problems == [
        ("reoder", "did you mean 'reorder'?"),
        ("rain", "is no fault"),
        ("''", "is no fault"),
    ]
    assert "duplicate, drop, reorder, disconnect, slow" in caught.value.hint
    with pytest.raises(InvalidValueError, match="No fault is named"):
        read_faults([])
    assert read_faults(["slow", "drop", "slow"]) == (Fault.DROP, Fault.SLOW)


def test_a_log_answers_pages_like_the_service():
    log = EventLog()
    log.append(events()[0])
    page = log.events("any", after=0, limit=1)
    assert page["events"][0] == {"seq": 1, "time": 0.0, "type": "interim", "data": "1"}
    assert not page["final"]
    log.close()
    assert log.events("any", after=1) == {"events": [], "final": True}
    assert bad_network._as_service(log).url == "this run"
