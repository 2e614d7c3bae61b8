import copy

import pytest

from program_runtime import errors
from program_runtime.client.backend import BackendConfiguration, IBMBackend


def device(name, qubits, *, simulator=False, queue=0, status="online", aliases=()):
    return {
        "name": name,
        "status": {"name": status},
        "qubits": qubits,
        "queue_length": queue,
        "simulator": simulator,
        "aliases": list(aliases),
    }


@pytest.fixture(autouse=True)
def devices(contract):
    contract.devices = [
        device("aer_simulator", 30, simulator=True, queue=4, aliases=["ibmq_qasm"]),
        device("fake_manila", 5, queue=2),
        device("fake_torino", 133, queue=1),
        device("fake_gone", 7, status="offline"),
    ]
    parts = {
        "configuration": {"backend_name": "fake_manila", "n_qubits": 5},
        "properties": {"qubits": []},
        "status": {
            "state": True,
            "status": "active",
            "length_queue": 3,
            "backend_version": "1.2.3",
        },
    }
    contract.backend_parts = {"fake_manila": parts}


def names(backends):
    return [backend.name for backend in backends]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ["aer_simulator", "fake_manila", "fake_torino", "fake_gone"]),
        ({"name": "fake_manila"}, ["fake_manila"]),
        ({"name": "ibmq_qasm"}, ["aer_simulator"]),
        ({"simulator": True}, ["aer_simulator"]),
        ({"operational": False}, ["fake_gone"]),
        ({"min_num_qubits": 30}, ["aer_simulator", "fake_torino"]),
        ({"filters": lambda b: b.num_qubits == 7}, ["fake_gone"]),
        ({"simulator": False, "operational": True, "min_num_qubits": 200}, []),
    ],
)
def test_backends_are_chosen_by_every_condition(service, conditions, expected):
    assert names(service.backends(**conditions)) == expected


def test_choosing_backends_takes_one_request(contract, service):
    service.backends(simulator=False, filters=lambda b: b.num_qubits > 1)
    assert contract.requests == ["GET /backends"]


def test_a_backend_is_found_by_name_or_alias(service):
    assert service.backend("fake_manila").name == "fake_manila"
    assert service.backend("ibmq_qasm").name == "aer_simulator"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("fake_manilla", "Did you mean 'fake_manila'?"),
        (
            "zzz",
            "Known: aer_simulator, ibmq_qasm, fake_manila, fake_torino, fake_gone.",
        ),
    ],
)
def test_an_unknown_backend_is_named_with_a_hint(service, name, hint):
    with pytest.raises(errors.BackendNotFoundError) as caught:
        service.backend(name)
    assert str(caught.value) == f"There is no backend '{name}'. {hint}"


def test_the_least_busy_backend_takes_jobs_and_fits(service):
    assert service.least_busy().name == "fake_torino"
    assert service.least_busy(simulator=True).name == "aer_simulator"
    assert service.least_busy(filters=lambda b: b.num_qubits < 9).name == "fake_manila"
    with pytest.raises(errors.BackendNotFoundError) as caught:
        service.least_busy(200)
    assert str(caught.value) == (
        "No backend that takes jobs fits these conditions. backends() lists them all."
    )


def test_a_backend_tells_its_facts_and_state(contract, service):
    backend = service.backend("fake_manila")
    assert (backend.num_qubits, backend.simulator, backend.queue_length) == (
        5,
        False,
        2,
    )
    assert backend.configuration() is backend.configuration()
    assert backend.configuration().n_qubits == 5
    status = backend.status()
    assert (status.operational, status.pending_jobs) == (True, 3)
    assert (status.status_msg, status.backend_version) == ("active", "1.2.3")
    assert repr(backend) == "<IBMBackend('fake_manila')>"


def test_a_backends_calibration_passes_through(api):
    assert api.backend_properties("fake_manila") == {"qubits": []}


def test_a_jobs_backend_asks_for_what_it_does_not_know(api):
    backend = IBMBackend("fake_manila", api)
    assert (backend.num_qubits, backend.simulator, backend.queue_length) == (
        5,
        False,
        3,
    )


def test_a_backend_without_a_fixed_size_fits_and_tells_its_limit(contract, service):
    contract.devices = [device("fake_manila", None)]
    (backend,) = service.backends(min_num_qubits=500)
    assert contract.requests == ["GET /backends"]
    assert backend.num_qubits == 5


def test_an_unknown_fact_is_named():
    configuration = BackendConfiguration({"n_qubits": 5})
    with pytest.raises(AttributeError) as caught:
        _ = configuration.qubits
    assert str(caught.value) == "The backend's configuration has no 'qubits'."
    assert "n_qubits" in dir(configuration)
    assert repr(configuration) == "BackendConfiguration(None)"
    assert copy.copy(configuration).to_dict() == {"n_qubits": 5}
