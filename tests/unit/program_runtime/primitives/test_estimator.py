"""The estimator with pubs."""

import numpy as np
import pytest
from primitive_samples import (
    call,
    random_circuit,
    random_observable,
    state_of,
    value_of,
)
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Parameter
from qiskit.primitives import BackendEstimatorV2
from qiskit.quantum_info import SparsePauliOp

from program_runtime.errors import BadInputsError, UnsupportedCircuitError
from program_runtime.program.testing import local_backend

ZZ = SparsePauliOp(["ZZ", "XX", "II"], [1.0, 0.5, 2.0])


def pair():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    return circuit


def test_a_precision_is_turned_into_shots(estimator):
    pubs = [(pair(), ZZ), (pair(), ZZ, None, 0.1), (pair(), ZZ, None, 0.01)]
    result = call(estimator, pubs=pubs)
    assert [pub.metadata["shots"] for pub in result] == [4096, 100, 10_000]
    result = call(estimator, pubs=pubs[:2], options={"default_shots": 500})
    assert [pub.metadata["shots"] for pub in result] == [500, 100]
    result = call(estimator, pubs=pubs[:1], options={"default_precision": 0.05})
    assert result[0].metadata["target_precision"] == 0.05


def test_the_identity_is_exact_whatever_is_measured(estimator):
    result = call(estimator, pubs=[(pair(), {"II": 3.0}), (pair(), ZZ)])
    assert result[0].data.evs == 3.0
    assert result[0].data.stds == 0.0
    assert result[0].metadata["bases"] == 0
    # Both of its terms always agree.
    assert result[1].data.evs == pytest.approx(3.5)
    assert result[1].metadata["bases"] == 2


def test_projectors_are_measured_like_paulis(estimator):
    circuit = QuantumCircuit(3)
    circuit.ry(0.7, 0)
    circuit.cx(0, 1)
    circuit.rx(0.4, 2)
    observables = [{"0Z1": 2.0}, {"+rl": 1.0, "IIX": 0.3}, {"l1-": 1.0}]
    pubs = [(circuit, observables, None, 0.005), (circuit, observables, None, 0)]
    measured, exact = call(
        estimator, pubs=pubs, options={"simulator": {"seed_simulator": 1}}
    )
    off = np.abs(measured.data.evs - exact.data.evs)
    assert (off < 5 * measured.data.stds + 1e-3).all()


def test_stated_errors_know_that_terms_of_a_basis_go_together(estimator):
    # ZI and IZ always agree here: their sum spreads twice as much as one of them.
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    observable = SparsePauliOp(["ZI", "IZ"], [1.0, 1.0])
    result = call(estimator, pubs=[(circuit, observable, None, 0.01)])
    assert result[0].data.stds == pytest.approx(0.02, rel=0.05)


def test_values_spread_as_much_as_is_stated(estimator):
    rng = np.random.default_rng(4)
    circuit = random_circuit(rng, 4)
    values = np.tile(rng.uniform(-3, 3, circuit.num_parameters), (300, 1))
    observable = random_observable(rng, 4)
    options = {"simulator": {"seed_simulator": 2}}
    data = call(estimator, pubs=[(circuit, observable, values, 0.1)], options=options)
    evs, stds = data[0].data.evs, data[0].data.stds
    assert np.std(evs) == pytest.approx(np.mean(stds), rel=0.15)
    exact = value_of(state_of(circuit, values[0]), observable)
    assert np.mean(evs) == pytest.approx(exact, abs=5 * np.mean(stds) / 300**0.5)


def test_values_broadcast_against_observables(estimator):
    circuit = QuantumCircuit(1)
    circuit.ry(Parameter("a"), 0)
    values = np.array([[0.0], [np.pi / 2], [np.pi]])
    observables = [["Z"], ["X"]]
    result = call(estimator, pubs=[(circuit, observables, values, 0)])
    expected = [[1, 0, -1], [0, 1, 0]]
    np.testing.assert_allclose(result[0].data.evs, expected, atol=1e-12)
    assert result[0].data.shape == (2, 3)


def test_a_seed_makes_results_repeatable(estimator):
    def run(seed, **more):
        circuit = QuantumCircuit(1)
        circuit.ry(1.0, 0)
        options = {"simulator": {"seed_simulator": seed}, **more}
        return float(
            call(estimator, pubs=[(circuit, "Z")], options=options)[0].data.evs
        )

    assert run(1) == run(1) != run(2)
    assert run(None, seed_estimator=5) == run(None, seed_estimator=5)


def test_it_agrees_with_qiskits_own_estimator_on_a_noisy_device(estimator):
    backend = local_backend("fake_manila")
    circuit = transpile(pair(), backend, seed_transpiler=1)
    observable = ZZ.apply_layout(circuit.layout)
    options = {"simulator": {"seed_simulator": 3}}
    found = call(
        estimator,
        pubs=[(circuit, observable, None, 0.01)],
        options=options,
        device="fake_manila",
    )[0].data
    other = BackendEstimatorV2(backend=backend, options={"seed_simulator": 4})
    direct = other.run([(circuit, observable)], precision=0.01).result()[0].data
    assert abs(found.evs - direct.evs) < 5 * np.hypot(found.stds, direct.stds)
    assert found.evs < 3.45  # the noise is there


def test_exact_values_need_an_ideal_simulator(estimator):
    backend = local_backend("fake_manila")
    circuit = transpile(pair(), backend, seed_transpiler=1)
    observable = ZZ.apply_layout(circuit.layout)
    with pytest.raises(BadInputsError) as caught:
        call(estimator, pubs=[(circuit, observable, None, 0)], device="fake_manila")
    assert "fake_manila measures, with a precision of 0.001 at best" in str(
        caught.value
    )


def test_exact_values_need_a_circuit_without_measurements(estimator):
    circuit = pair()
    circuit.reset(0)
    with pytest.raises(BadInputsError, match="its circuit uses reset"):
        call(estimator, pubs=[(circuit, ZZ, None, 0)])


def test_bits_that_the_circuit_measures_itself_do_not_disturb(estimator):
    circuit = QuantumCircuit(2, 3)
    circuit.x(0)
    circuit.measure(0, 2)
    circuit.x(1)
    observable = SparsePauliOp(["ZI", "IZ", "ZZ"], [1, 10, 100])
    result = call(estimator, pubs=[(circuit, observable, None, 0.1)])
    assert result[0].data.evs == 89.0


def test_all_that_is_wrong_with_pubs_is_said_at_once(estimator):
    angle = QuantumCircuit(1)
    angle.rx(Parameter("a"), 0)
    pubs = [
        (pair(), "ZZZ"),
        (pair(), ZZ, None, 1e-4),
        (pair(), ZZ, None, -1),
        (angle, ["Z", "X"], [[1], [2], [3]]),
        (pair(),),
        (pair(), {"QQ": 1}),
    ]
    with pytest.raises(BadInputsError) as caught:
        call(estimator, pubs=pubs)
    text = str(caught.value)
    assert "pubs[0][1]: act on 3 qubits, the circuit has 2" in text
    assert "pubs[1][3]: is a precision of 0.0001, which takes 100,000,000 shots" in text
    assert "the backend takes 1,000,000 at most, a precision of 0.001" in text
    assert "pubs[2][3]: is -1, expected a precision of 0 or more" in text
    assert "shape (3,) and observables of shape (2,), which do not broadcast" in text
    assert "pubs[4][1]: are missing: an estimator needs observables" in text
    assert "pubs[5][1]: are no observables" in text


def test_a_device_takes_only_circuits_in_its_own_gates(estimator):
    with pytest.raises(UnsupportedCircuitError, match="Transpile it for the backend"):
        call(estimator, pubs=[(pair(), ZZ)], device="fake_manila")
    options = {"optimization_level": 1, "simulator": {"seed_simulator": 1}}
    result = call(estimator, pubs=[(pair(), ZZ)], options=options, device="fake_manila")
    assert result[0].data.evs == pytest.approx(3.4, abs=0.15)


def test_no_option_is_silently_ignored(estimator):
    options = {"wishes": {"three": 3}}
    result = call(estimator, pubs=[(pair(), ZZ)], options=options, resilience_level=1)
    assert result.metadata["warnings"] == [
        "There is nothing to mitigate: aer_simulator is an ideal simulator.",
        "The option wishes.three is not known here: it has no effect.",
    ]
