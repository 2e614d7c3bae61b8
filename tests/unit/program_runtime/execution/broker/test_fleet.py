"""The devices of several providers under one roof of names."""

from types import SimpleNamespace

import pytest
from qiskit.providers.fake_provider import GenericBackendV2

from program_runtime.backends.backend_device import BackendDevice
from program_runtime.errors import BackendNotFoundError
from program_runtime.execution.broker import fleet as fleet_module
from program_runtime.execution.broker.fleet import Fleet


def device(name="one", qubits=2):
    backend = GenericBackendV2(qubits, seed=1)
    backend.name = name
    return BackendDevice(backend)


@pytest.fixture
def at_once(monkeypatch):
    """What was answered is stale by the time it has come."""
    monkeypatch.setattr(fleet_module, "_FRESH_S", -1.0)


def test_a_name_that_is_taken_gets_its_provider_in_front():
    fleet = Fleet(
        {
            "lab": lambda: {"one": device(), "aer_simulator": device()},
            "ibm": lambda: {"one": device(), "ibmq_qasm_simulator": device()},
        }
    )

    assert [info.name for info in fleet.infos()] == [
        "one",
        "lab_aer_simulator",
        "ibm_one",
        "ibm_ibmq_qasm_simulator",
    ]


def test_a_provider_that_does_not_answer_leaves_the_others_alone():
    def broken():
        raise ConnectionError("no route to the lab")

    fleet = Fleet({"gone": broken, "lab": lambda: {"one": device()}})

    assert [info.name for info in fleet.infos()] == ["one"]
    assert fleet.problems == {"gone": "no route to the lab"}
    with pytest.raises(BackendNotFoundError, match=r"Not asked: gone: no route"):
        fleet.device("two")


def test_a_provider_that_is_silent_for_a_while_keeps_its_devices(at_once):
    answers = [{"one": device()}, ConnectionError("gone")]

    def load():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    fleet = Fleet({"lab": load})
    first = fleet.device("one")

    assert [info.name for info in fleet.infos()] == ["one"]
    assert fleet.device("one") is first
    assert fleet.problems == {"lab": "gone"}


def test_a_device_that_is_named_again_keeps_its_jobs_and_gets_its_new_facts(at_once):
    made = [device(qubits=2), device(qubits=3)]
    fleet = Fleet({"lab": lambda: {"one": made.pop(0)}})
    first = fleet.device("one")

    (info,) = fleet.infos()

    assert fleet.device("one") is first
    assert (first.backend.num_qubits, info.num_qubits) == (3, 3)


def test_a_device_that_is_sold_is_listed_no_more(at_once):
    answers = [{"one": device()}, {}]
    fleet = Fleet({"lab": lambda: answers.pop(0)})
    fleet.device("one")

    assert fleet.infos() == []


def test_a_device_tells_its_own_status():
    known = device()
    known.backend.status = lambda: SimpleNamespace(
        operational=False, status_msg="maintenance", pending_jobs=7
    )

    status = Fleet({"lab": lambda: {"one": known}}).describe("one")["status"]

    assert (status["state"], status["status"]) == (False, "maintenance")
    assert status["length_queue"] == 7


def test_a_status_that_can_not_be_had_is_taken_for_a_good_one():
    def status():
        raise ConnectionError

    known = device()
    known.backend.status = status

    assert Fleet({"lab": lambda: {"one": known}}).describe("one")["status"]["state"]
