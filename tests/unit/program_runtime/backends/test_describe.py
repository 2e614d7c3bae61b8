"""Descriptions, judged by the official client's own models."""

import json
import subprocess
import sys

import pytest

from program_runtime import backends
from program_runtime.backends import describe, plugins
from program_runtime.errors import BackendNotFoundError

MANDATORY = {
    "backend_name",
    "backend_version",
    "n_qubits",
    "basis_gates",
    "gates",
    "local",
    "simulator",
    "conditional",
    "open_pulse",
    "memory",
    "max_shots",
    "coupling_map",
    "online_date",
    "max_experiments",
    "supported_instructions",
}


@pytest.fixture(scope="module")
def described():
    """Descriptions after a journey through JSON."""
    return {
        name: json.loads(json.dumps(backends.describe_backend(name)))
        for name in ("aer_simulator", "fake_manila")
    }


def official_target(description):
    """Build the target as the official client does."""
    from qiskit_ibm_runtime.utils.backend_converter import convert_to_target
    from qiskit_ibm_runtime.utils.backend_decoder import (
        configuration_from_server_data,
        properties_from_server_data,
    )

    description = json.loads(json.dumps(description))
    properties = description["properties"]
    return convert_to_target(
        configuration_from_server_data(
            description["configuration"], use_fractional_gates=None
        ),
        properties_from_server_data(properties) if properties else None,
    )


@pytest.mark.parametrize("name", ["aer_simulator", "fake_manila"])
def test_a_configuration_has_what_official_clients_insist_on(described, name):
    configuration = described[name]["configuration"]

    assert set(configuration) >= MANDATORY
    assert configuration["backend_name"] == name
    assert configuration["simulator"] is (name == "aer_simulator")
    assert {"if_else", "for_loop", "switch_case", "delay", "measure"} <= set(
        configuration["supported_instructions"]
    )


@pytest.mark.parametrize("name", ["aer_simulator", "fake_manila"])
def test_the_gates_include_a_delay_on_every_qubit(described, name):
    configuration = described[name]["configuration"]
    delay = next(g for g in configuration["gates"] if g["name"] == "delay")

    assert delay["coupling_map"] == [[q] for q in range(configuration["n_qubits"])]


def test_each_gate_of_a_device_names_the_qubits_it_runs_on(described):
    gates = {g["name"]: g for g in described["fake_manila"]["configuration"]["gates"]}

    assert gates["cx"]["coupling_map"] == [
        [0, 1],
        [1, 0],
        [1, 2],
        [2, 1],
        [2, 3],
        [3, 2],
        [3, 4],
        [4, 3],
    ]
    assert gates["x"]["coupling_map"] == [[0], [1], [2], [3], [4]]
    assert gates["rz"]["parameters"] == ["p0"]


def test_the_official_client_reads_back_the_devices_noise(described):
    true = backends.load("fake_manila").target
    read = official_target(described["fake_manila"])

    assert read.num_qubits == 5
    assert set(read.operation_names) == set(true.operation_names)
    assert read.dt == pytest.approx(true.dt)
    for qubit in range(5):
        known = true.qubit_properties[qubit]
        assert read.qubit_properties[qubit].t1 == pytest.approx(known.t1)
        assert read.qubit_properties[qubit].frequency == pytest.approx(known.frequency)
        assert read["measure"][(qubit,)].error == pytest.approx(
            true["measure"][(qubit,)].error
        )
    for pair, properties in true["cx"].items():
        assert read["cx"][pair].error == pytest.approx(properties.error)
        assert read["cx"][pair].duration == pytest.approx(properties.duration)


def test_the_official_client_transpiles_for_the_simulator(described):
    from qiskit import QuantumCircuit, transpile

    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 2)
    target = official_target(described["aer_simulator"])

    assert transpile(circuit, target=target).count_ops() == {"h": 1, "cx": 1}


def test_a_simulator_has_no_properties(described):
    assert described["aer_simulator"]["properties"] == {}


def test_the_status_says_active(described):
    assert described["fake_manila"]["status"] == {
        "state": True,
        "status": "active",
        "length_queue": 0,
        "backend_version": "1.2.6",
    }


@pytest.mark.parametrize("name", ["aer_simulator", "fake_manila"])
def test_a_backend_with_control_flow_says_so_where_clients_filter_by_it(
    described, name
):
    features = described[name]["configuration"]["supported_features"]

    assert features == ["qasm3", "dynamic_circuits"]


def test_an_alias_is_described_under_the_true_name():
    described = backends.describe_backend("ibmq_qasm_simulator")

    assert described["configuration"]["backend_name"] == "aer_simulator"


def test_an_unknown_backend_is_an_error():
    with pytest.raises(BackendNotFoundError, match="No backend is called 'nope'"):
        backends.describe_backend("nope")


def test_the_process_prints_one_json_object():
    done = subprocess.run(
        [sys.executable, "-m", "program_runtime.backends.describe", "aer_simulator"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert list(json.loads(done.stdout)) == ["aer_simulator"]


def test_a_backend_out_of_order_does_not_hide_the_others(capsys, monkeypatch):
    entry = plugins.EntryPoint("lab", "no_such_module:device", plugins.GROUP)
    monkeypatch.setattr(plugins, "entry_points", lambda group: [entry])

    describe.main(["lab", "aer_simulator"])

    answer = json.loads(capsys.readouterr().out)
    assert answer["aer_simulator"]["status"]["state"] is True
    assert answer["lab"]["status"]["state"] is False
    assert answer["lab"]["error"].startswith("Backend 'lab' could not be loaded from")
