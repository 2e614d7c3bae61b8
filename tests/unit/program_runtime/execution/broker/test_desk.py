"""Requests as a hostile program may write them: past our own code in the child."""

import asyncio
import json

import pytest

from program_runtime.execution import JobSpec
from program_runtime.execution.broker.desk import Desk
from program_runtime.execution.broker.protocol import DeviceAnswer
from program_runtime.execution.broker.wire import pack_text, unpack


class Broker:
    """Answers at once, and remembers whom it was asked for."""

    def __init__(self):
        self.ran = []
        self.described = []

    async def describe(self, backend):
        self.described.append(backend)
        return {}

    async def run(self, run, on_progress):
        self.ran.append(run)
        return DeviceAnswer(state="done", circuits=1, shots=2, qpu_s=None)

    async def cancel(self, key):
        self.ran.append(key)


def taken(tmp_path, *payloads):
    """Give requests to a desk; returns objections, answers and the broker."""

    async def whole():
        broker, answers = Broker(), []
        spec = JobSpec(
            job_id="job_a",
            program_dir=tmp_path,
            inputs=b"{}",
            backend="lab_device",
            brokered=True,
        )
        desk = Desk(broker, spec, answer=answers.append, note=lambda _: None)
        objections = [desk.take(payload) for payload in payloads]
        if begun := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(begun, timeout=10)
        await desk.close(cancel=True)
        return objections, [unpack(each)[0] for each in answers], broker

    return asyncio.run(whole())


def request(number=1, kind="run", **more):
    return pack_text({"id": number, "kind": kind, "options": {}, **more}).decode()


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "\n",
        "no json\n",
        "[]\n",
        "7\n",
        "{}\n",
        '{"id": 1}\n',
        "[" * 50_000 + "\n",
        request(kind="sudo"),
        request(kind=["run"]),
        request(number="1"),
        request(number=0),
        request(number=1.5),
        request(number=None),
        request(options=[]),
        request(pubs="1"),
        request(pubs=-1),
        request(pubs=float("inf")),
        '{"id": 1, "kind": "run"}\n',
        '{"id": 1, "kind": "run", "options": {}}\nnot base64!',
        "x" * 100_000,
    ],
    ids=range(21),
)
def test_what_our_own_code_can_not_have_written_ends_the_job(tmp_path, payload):
    (objection,), answers, broker = taken(tmp_path, payload)

    assert objection.code == "bad_message"
    assert objection.message.startswith("A request is invalid: ")
    assert answers == broker.ran == []


def test_the_broker_hears_of_how_many_pubs_the_circuits_are(tmp_path):
    _, _, broker = taken(tmp_path, request(1), request(2, pubs=3))

    assert [run.pubs for run in broker.ran] == [0, 3]


def test_a_request_for_exact_values_reaches_the_broker_as_one(tmp_path):
    objections, _, broker = taken(tmp_path, request(1), request(2, "estimate"))

    assert objections == [None, None]
    assert [run.kind for run in broker.ran] == ["run", "estimate"]


def test_a_number_is_used_once(tmp_path):
    objections, _, broker = taken(tmp_path, request(5), request(5))

    assert objections[0] is None
    assert "the number 5 is not higher than the last one" in objections[1].message
    assert [run.key for run in broker.ran] == ["job_a/5"]


def test_only_the_device_of_the_job_is_reached_and_only_under_its_own_key(tmp_path):
    _, _, broker = taken(
        tmp_path,
        request(1, backend="lab_other", key="job_b/1"),
        request(2, "describe", backend="lab_other"),
    )

    assert [(run.backend, run.key) for run in broker.ran] == [("lab_device", "job_a/1")]
    assert broker.described == ["lab_device"]


@pytest.mark.parametrize("number", [2, -1, "1", [1], {}], ids=str)
def test_what_is_not_under_way_can_not_be_cancelled(tmp_path, number):
    _, _, broker = taken(tmp_path, request(number, "cancel"))

    assert broker.ran == []


def test_a_broker_that_breaks_is_an_answer(tmp_path, monkeypatch):
    async def broken(*_):
        raise RuntimeError(json.dumps({"token": "secret"}))

    monkeypatch.setattr(Broker, "run", broken)
    _, answers, _ = taken(tmp_path, request())

    assert answers[0]["state"] == "failed"
    assert answers[0]["message"] == "The broker failed: RuntimeError."
