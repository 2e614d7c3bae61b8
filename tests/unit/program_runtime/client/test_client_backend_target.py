import copy
import functools
from datetime import UTC, datetime

import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.providers import BackendV2
from qiskit.transpiler import generate_preset_pass_manager

from program_runtime import errors
from program_runtime.backends import catalog, fake_devices
from program_runtime.backends.describe import describe_backend
from program_runtime.backends.target import target_of
from program_runtime.client.backend_facts import BackendConfiguration
from program_runtime.client.backend_properties import BackendProperties

describe = functools.cache(describe_backend)
DEVICES = ["fake_manila", "fake_sherbrooke"]


@pytest.fixture
def backend(contract, service):
    """A backend of the service as a real service describes it."""

    def made(name):
        parts = copy.deepcopy(describe(name))
        contract.devices = [{"name": name, "aliases": ["alias"]}]
        contract.backend_parts = {name: parts}
        return service.backend(name)

    return made


def ghz(num_qubits):
    circuit = QuantumCircuit(num_qubits, num_qubits)
    circuit.h(0)
    for qubit in range(1, num_qubits):
        circuit.cx(0, qubit)
    circuit.rzz(0.3, 0, 1)
    with circuit.if_test((circuit.clbits[0], 0)):
        circuit.x(0)
    circuit.measure(range(num_qubits), range(num_qubits))
    return circuit


def is_isa(circuit, target):
    places = (
        (
            item.operation.name,
            tuple(circuit.find_bit(qubit).index for qubit in item.qubits),
        )
        for item in circuit.data
    )
    return all(
        target.instruction_supported(name, place)
        for name, place in places
        if name != "barrier"
    )


@pytest.mark.parametrize("name", ["aer_simulator", *DEVICES])
def test_circuits_transpile_for_a_backend_of_the_service(backend, name):
    found = backend(name)
    assert isinstance(found, BackendV2)
    manager = generate_preset_pass_manager(
        optimization_level=1, backend=found, seed_transpiler=7
    )
    circuit = manager.run(ghz(4))
    assert is_isa(circuit, found.target)


def test_what_was_transpiled_for_a_backend_runs_on_it(backend):
    found = backend("fake_manila")
    manager = generate_preset_pass_manager(
        optimization_level=1, backend=found, seed_transpiler=7
    )
    there = catalog.load("fake_manila")
    counts = there.run(manager.run(ghz(3)), shots=100, seed_simulator=7).result()
    assert sum(counts.get_counts().values()) == 100


@pytest.mark.parametrize("name", DEVICES)
def test_a_target_is_that_of_the_device(backend, name):
    found, true = backend(name).target, fake_devices.load_snapshot(name).target
    assert (found.num_qubits, found.dt) == (true.num_qubits, true.dt)
    assert set(found.operation_names) == set(true.operation_names)
    edges = found.build_coupling_map().get_edges()
    assert sorted(edges) == sorted(true.build_coupling_map().get_edges())
    for gate in ("sx", "measure", "cx" if name == "fake_manila" else "ecr"):
        assert set(found[gate]) == set(true[gate])
        for place, known in true[gate].items():
            assert found[gate][place].error == pytest.approx(known.error)
            assert found[gate][place].duration == pytest.approx(known.duration)
    first, true_first = found.qubit_properties[0], true.qubit_properties[0]
    assert first.t1 == pytest.approx(true_first.t1)
    assert first.frequency == pytest.approx(true_first.frequency)


def test_a_simulator_has_no_wires_and_all_instructions(backend):
    found = backend("aer_simulator")
    assert found.coupling_map is None
    assert found.target.qubit_properties is None
    names = set(found.operation_names)
    assert {"cx", "delay", "for_loop", "if_else", "measure", "reset"} <= names
    assert found.properties() is None
    assert (found.dt, found.defaults(), found.dtm) == (None, None, None)


def test_a_backend_has_its_facts_as_attributes(backend):
    found = backend("fake_manila")
    assert (found.name, found.num_qubits, found.max_shots) == (
        "fake_manila",
        5,
        100_000,
    )
    assert found.max_circuits == 300
    assert found.dt == pytest.approx(2.2222e-10, rel=1e-4)
    assert found.basis_gates == ["cx", "id", "rz", "sx", "x"]
    assert min(found.coupling_map.get_edges()) == (0, 1)
    assert found.backend_version == found.configuration().backend_version
    assert found.online_date.year > 2018
    assert found.description
    assert found.qubit_properties(0).t1 == found.properties().t1(0)
    with pytest.raises(AttributeError) as caught:
        _ = found.basis_gate
    assert str(caught.value) == "The backend 'fake_manila' has no 'basis_gate'."


def test_what_is_fetched_is_fetched_once(contract, service, backend):
    found = backend("fake_manila")
    _ = found.target, found.properties(), found.coupling_map
    assert service.backend("fake_manila") is found
    assert service.backend("alias") is found
    assert service.backends() == [found]
    _ = service.backend("fake_manila").target
    assert sorted(contract.requests) == [
        "GET /backends",
        "GET /backends",
        "GET /backends/fake_manila/configuration",
        "GET /backends/fake_manila/properties",
    ]
    contract.requests.clear()
    found.refresh()
    _ = found.target
    assert len(contract.requests) == 2


def test_a_copy_has_the_same_connection(backend):
    found = backend("fake_manila")
    target = found.target
    twin = copy.deepcopy(found)
    assert twin is not found
    assert twin.target is target
    assert twin.service is found.service
    assert twin.num_qubits == 5


def test_a_backend_does_not_run_circuits_itself(backend):
    with pytest.raises(errors.RuntimeInvalidStateError) as caught:
        backend("fake_manila").run(QuantumCircuit(1), shots=3)
    assert str(caught.value) == (
        "The backend 'fake_manila' of a service does not run circuits itself. Use a "
        "primitive, SamplerV2(backend).run([circuit]), or a program, "
        "service.run(program_id, inputs, options={'backend': 'fake_manila'})."
    )


def test_calibration_is_told_as_of_a_date(contract, backend):
    found = backend("fake_manila")
    measured = found.properties().last_update_date
    later = datetime(measured.year + 1, 1, 1, tzinfo=UTC)
    assert found.properties(datetime=later).last_update_date == measured
    sent = later.strftime("%Y-%m-%dT%H%%3A%M%%3A%S%%2B00%%3A00")
    assert f"updated_before={sent}" in contract.requests[-1]
    earlier = datetime(2000, 1, 1, tzinfo=UTC)
    assert found.properties(datetime=earlier) is None
    assert found.target_history(datetime=earlier).qubit_properties is None
    assert found.target_history(datetime=later).qubit_properties is not None


def test_calibration_is_in_seconds_and_hertz(backend):
    found = backend("fake_manila").properties()
    true = fake_devices.load_snapshot("fake_manila").target
    assert found.t2(1) == pytest.approx(true.qubit_properties[1].t2)
    assert found.frequency(1) == pytest.approx(true.qubit_properties[1].frequency)
    assert found.readout_error(0) == true["measure"][0,].error
    assert found.readout_length(0) == pytest.approx(true["measure"][0,].duration)
    assert found.gate_error("sx", 0) == true["sx"][0,].error
    assert found.gate_length("cx", [0, 1]) == pytest.approx(true["cx"][0, 1].duration)
    assert (found.t1(99), found.gate_error("cx", [0, 4])) == (None, None)
    assert (found.backend_name, found.num_qubits) == ("fake_manila", 5)
    assert found.backend_version
    assert found.to_dict()["backend_name"] == "fake_manila"
    assert repr(found) == "<BackendProperties('fake_manila')>"


CONFIGURATION = {
    "backend_name": "odd",
    "n_qubits": 3,
    "gates": [
        {"name": "x", "parameters": [], "coupling_map": [[0], [1], [2]]},
        {"name": "cx", "parameters": [], "coupling_map": [[0, 1], [1, 2]]},
        {"name": "own", "parameters": ["a"], "coupling_map": [[0, 2]]},
        {"name": "unknown", "parameters": []},
    ],
    "supported_instructions": ["x", "cx", "delay"],
}


def values(**named):
    return [{"name": name, "unit": "", "value": value} for name, value in named.items()]


def test_what_does_not_work_is_no_part_of_the_target():
    properties = BackendProperties(
        {
            "qubits": [values(T1=1.0), values(operational=0), values(operational=1)],
            "gates": [
                {"gate": "x", "qubits": [0], "parameters": values(operational=0)},
                {"gate": "x", "qubits": [2], "parameters": values(gate_error=0.1)},
            ],
        }
    )
    target = target_of(CONFIGURATION, properties.to_dict())
    assert properties.faulty_qubits() == [1]
    assert not properties.is_gate_operational("x", 0)
    assert properties.is_gate_operational("cx", [0, 1])
    assert set(target["x"]) == {(2,)}
    assert target["x"][2,].error == 0.1
    assert set(target["cx"]) == set()
    assert set(target["measure"]) == {(0,), (2,)}
    assert properties.last_update_date is None


def test_gates_of_a_devices_own_are_known_by_name_and_place():
    target = target_of(CONFIGURATION)
    assert set(target.operation_names) == {"x", "cx", "own", "measure", "delay"}
    own = target.operation_from_name("own")
    assert (own.num_qubits, len(own.params)) == (2, 1)
    assert set(target["own"]) == {(0, 2)}


def test_calibration_of_another_size_is_no_qubits_property():
    properties = BackendProperties({"qubits": [values(T1=1.0)]})
    assert target_of(CONFIGURATION, properties.to_dict()).qubit_properties is None


def test_a_configuration_reads_as_the_official_clients_write_it():
    configuration = BackendConfiguration(
        {**CONFIGURATION, "dt": 0.5, "max_experiments": 7, "online_date": "2026-01-02"}
    )
    assert (configuration.num_qubits, configuration.max_circuits) == (3, 7)
    assert configuration.dt == 0.5e-9
    assert configuration.to_dict()["dt"] == 0.5
    assert configuration.online_date == datetime(2026, 1, 2)  # noqa: DTZ001
    gates = configuration.gates
    assert (gates[1].name, gates[1].coupling_map) == ("cx", ((0, 1), (1, 2)))
    assert (gates[2].parameters, gates[3].coupling_map) == (("a",), None)
