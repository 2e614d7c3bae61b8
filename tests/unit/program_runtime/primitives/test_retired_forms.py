"""The inputs of the first primitives, with and without indices."""

import numpy as np
import pytest
from primitive_samples import bell, call, random_circuit, random_observable
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import Operator, SparsePauliOp

from program_runtime.errors import BadInputsError

RUN = {"shots": 2000, "seed_simulator": 5, "init_qubits": True, "noise_model": None}


def test_the_sampler_answers_quasi_probabilities_by_bit_strings(sampler):
    result = call(
        sampler,
        circuits=[bell()],
        parameters=[[]],
        circuit_indices=[0],
        parameter_values=[[]],
        transpilation_settings={
            "skip_transpilation": False,
            "optimization_settings": {"level": 3},
            "coupling_map": None,
            "basis_gates": None,
        },
        resilience_settings={"level": 0},
        run_options=RUN,
    )
    (found,) = result["quasi_dists"]
    assert set(found) == {"00", "11"}
    assert sum(found.values()) == pytest.approx(1)
    assert result["metadata"] == [{"shots": 2000, "transpilation": "isa"}]


def test_indices_say_which_circuit_and_which_values(sampler):
    circuit = QuantumCircuit(1, 1)
    circuit.rx(Parameter("a"), 0)
    circuit.measure(0, 0)
    result = call(
        sampler,
        circuits=[circuit, bell()],
        circuit_indices=[0, 1, 0],
        parameter_values=[[0.0], [], [np.pi]],
        run_options=RUN,
    )
    first, second, third = result["quasi_dists"]
    assert (first, third) == ({"0": 1.0}, {"1": 1.0})
    assert set(second) == {"00", "11"}


def test_values_are_in_the_order_that_the_parameters_are_given_in(sampler):
    a, b = Parameter("a"), Parameter("b")
    circuit = QuantumCircuit(2)
    circuit.rx(a, 0)
    circuit.rx(b, 1)
    circuit.measure_all()
    result = call(
        sampler, circuits=[circuit], parameters=[[b, a]], parameter_values=[[np.pi, 0]]
    )
    assert result["quasi_dists"] == [{"10": 1.0}]
    assert result["metadata"][0]["shots"] == 4000


def test_both_forms_of_the_sampler_agree(sampler):
    rng = np.random.default_rng(1)
    circuit = random_circuit(rng, 3).measure_all(inplace=False)
    values = rng.uniform(-3, 3, circuit.num_parameters)
    old = call(
        sampler, circuits=[circuit], parameter_values=[values.tolist()], run_options=RUN
    )
    new = call(
        sampler,
        pubs=[(circuit, values, 2000)],
        options={"simulator": {"seed_simulator": 5}},
    )
    counts = new[0].data.meas.get_counts()
    assert old["quasi_dists"][0] == {key: n / 2000 for key, n in counts.items()}


def test_both_forms_of_the_estimator_agree(estimator):
    rng = np.random.default_rng(2)
    circuits = [random_circuit(rng, 3) for _ in range(3)]
    values = [rng.uniform(-3, 3, each.num_parameters) for each in circuits]
    observables = [random_observable(rng, 3) for _ in range(3)]
    old = call(
        estimator,
        circuits=circuits,
        observables=observables,
        parameter_values=[row.tolist() for row in values],
        run_options=RUN,
    )
    new = call(
        estimator,
        pubs=list(zip(circuits, observables, values, strict=True)),
        options={"default_shots": 2000, "simulator": {"seed_simulator": 5}},
    )
    assert old["values"].tolist() == [float(pub.data.evs) for pub in new]
    for entry, pub in zip(old["metadata"], new, strict=True):
        assert entry["shots"] == 2000
        assert (entry["variance"] / 2000) ** 0.5 == pytest.approx(float(pub.data.stds))


def test_observables_are_chosen_by_index(estimator):
    circuit = QuantumCircuit(1)
    circuit.x(0)
    result = call(
        estimator,
        circuits=[circuit],
        circuit_indices=[0, 0, 0],
        observables=[SparsePauliOp("Z"), Operator.from_label("I")],
        observable_indices=[1, 0, 0],
        parameter_values=[[], [], []],
    )
    assert result["values"].tolist() == [1.0, -1.0, -1.0]


def test_a_device_transpiles_circuits_and_observables_move_with_them(estimator):
    circuit = QuantumCircuit(3)
    circuit.x(0)
    circuit.cx(0, 2)
    result = call(
        estimator,
        device="fake_manila",
        circuits=[circuit],
        observables=[SparsePauliOp(["IIZ", "IZI", "ZII"], [1, 10, 100])],
        transpilation_settings={"initial_layout": [3, 0, 1]},
        run_options=RUN,
    )
    assert result["values"][0] == pytest.approx(-91, abs=30)


def test_noise_is_on_the_gates_that_it_is_known_for(sampler):
    from qiskit_aer.noise import NoiseModel, depolarizing_error

    noise = NoiseModel(basis_gates=["rz", "sx", "cx"])
    noise.add_all_qubit_quantum_error(depolarizing_error(1.0, 1), "sx")
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.h(0)
    circuit.h(0)
    circuit.rx(np.pi / 2, 0)
    circuit.rz(1, 0)
    circuit.ry(np.pi / 2, 0)
    circuit.measure(0, 0)
    options = {**RUN, "noise_model": noise}
    result = call(sampler, circuits=[circuit], run_options=options)
    assert result["quasi_dists"][0]["0"] == pytest.approx(0.5, abs=0.06)


def test_all_that_is_wrong_is_said_at_once(estimator):
    with pytest.raises(BadInputsError) as caught:
        call(
            estimator,
            circuits=[bell(), "x"],
            circuit_indices=[0, 7],
            observables=[SparsePauliOp("Z")],
            parameter_values=[[1.0], []],
            run_options={"shots": 0},
        )
    text = str(caught.value)
    assert "run_options.shots: is 0, expected at least 1 shot" in text
    assert "circuits[1]: is no OpenQASM 3 program" in text
    assert "circuit_indices[1]: is 7, expected 0 to 1" in text
    assert "have 1 values in a set (shape (1,)), the circuit has 0 parameters" in text


def test_a_circuit_without_classical_bits_can_not_be_sampled(sampler):
    with pytest.raises(BadInputsError, match="has no classical bits: measure its"):
        call(sampler, circuits=[QuantumCircuit(1)])


def test_no_option_is_silently_ignored(sampler):
    result = call(sampler, circuits=[bell()], run_options={"wish": 1}, other=2)
    assert result["metadata"][0]["warnings"] == [
        "The option other is not known here: it has no effect.",
        "The option run_options.wish is not known here: it has no effect.",
    ]


@pytest.mark.parametrize(("name", "highest"), [("sampler", 1), ("estimator", 2)])
def test_resilience_levels_that_are_not_there_are_refused(request, name, highest):
    main = request.getfixturevalue(name)
    inputs = {"circuits": [bell()], "resilience_settings": {"level": 3}}
    with pytest.raises(BadInputsError, match=f"is 3, expected 0 (to|or) {highest}"):
        call(main, **inputs, observables=[SparsePauliOp("ZZ")])


@pytest.mark.parametrize("name", ["sampler", "estimator"])
def test_the_default_mitigation_is_left_out_with_a_warning_where_it_is_missing(
    request, name, monkeypatch
):
    from program_runtime.primitives import readout

    monkeypatch.setattr(readout, "find_spec", lambda name: None)
    main = request.getfixturevalue(name)
    circuit = bell() if name == "sampler" else QuantumCircuit(2)
    inputs = {"circuits": [circuit], "resilience_settings": {"level": 1}}
    if name == "estimator":
        inputs["observables"] = [SparsePauliOp("ZZ")]
    result = call(main, device="fake_manila", **inputs)
    (warning,) = result["metadata"][0]["warnings"]
    assert "the package mthree is not installed where jobs run" in warning
