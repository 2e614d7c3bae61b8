"""Mitigation: nearer to the truth, with errors that say how near."""

import sys

import numpy as np
import pytest
from primitive_samples import bell, call, value_of
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import Operator, SparsePauliOp, Statevector
from qiskit_aer.noise import NoiseModel, ReadoutError, depolarizing_error

from program_runtime.errors import BadInputsError
from program_runtime.primitives import extrapolation, folding

OBSERVABLE = SparsePauliOp(["ZZI", "IXX", "YIZ", "III"], [1, 0.5, 0.7, 2])


def circuit_of_three():
    circuit = QuantumCircuit(3)
    circuit.ry(0.7, 0)
    circuit.cx(0, 1)
    circuit.rx(0.4, 2)
    circuit.cx(1, 2)
    circuit.rz(0.3, 1)
    circuit.cx(0, 1)
    circuit.ry(0.2, 1)
    circuit.cx(1, 2)
    return circuit


def misreading():
    noise = NoiseModel()
    error = ReadoutError([[0.96, 0.04], [0.08, 0.92]])
    noise.add_all_qubit_readout_error(error)
    return noise


def noisy_gates():
    noise = NoiseModel()
    noise.add_all_qubit_quantum_error(depolarizing_error(0.04, 2), "cx")
    return noise


def estimated(estimator, noise, *, precision=0.003, **options):
    options["simulator"] = {"noise_model": noise, "seed_simulator": 4}
    pubs = [(circuit_of_three(), OBSERVABLE, None, precision)]
    return call(estimator, pubs=pubs, options=options)[0]


def exact():
    return value_of(Statevector(circuit_of_three()), OBSERVABLE)


def test_m3_takes_misreading_out(estimator):
    raw = estimated(estimator, misreading())
    found = estimated(estimator, misreading(), resilience_level=1)
    assert abs(raw.data.evs - exact()) > 8 * raw.data.stds
    assert abs(found.data.evs - exact()) < 4 * found.data.stds
    assert found.data.stds > raw.data.stds
    said = found.metadata["resilience"]["measure_mitigation"]
    assert said["method"] == "m3"
    assert said["mitigation_overhead"] > 1
    assert said["calibration_shots"] == 8192


def test_the_shots_of_the_calibration_can_be_chosen(estimator):
    learning = {"num_randomizations": 10, "shots_per_randomization": 100}
    resilience = {"measure_mitigation": True, "measure_noise_learning": learning}
    found = estimated(estimator, misreading(), resilience=resilience)
    said = found.metadata["resilience"]["measure_mitigation"]
    assert said["calibration_shots"] == 1000


def test_m3_on_a_device_knows_which_qubits_are_measured(estimator):
    from program_runtime.program.testing import local_backend

    backend = local_backend("fake_manila")
    circuit = transpile(circuit_of_three(), backend, seed_transpiler=2)
    observable = OBSERVABLE.apply_layout(circuit.layout)
    values = []
    for level in (0, 1):
        options = {"simulator": {"seed_simulator": 4}, "resilience_level": level}
        pubs = [(circuit, observable, None, 0.02)]
        result = call(estimator, pubs=pubs, options=options, device="fake_manila")
        values.append(float(result[0].data.evs))
    assert abs(values[1] - exact()) < abs(values[0] - exact())


def test_extrapolation_takes_gate_noise_out(estimator):
    pytest.importorskip("mitiq")
    resilience = {"zne_mitigation": True}
    raw = estimated(estimator, noisy_gates())
    found = estimated(estimator, noisy_gates(), resilience=resilience)
    assert abs(raw.data.evs - exact()) > 5 * raw.data.stds
    assert abs(found.data.evs - exact()) < 4 * found.data.stds
    assert found.data.evs_noise_factors.shape == (3,)
    assert found.data.evs_noise_factors[0] == pytest.approx(
        float(raw.data.evs), abs=0.02
    )
    said = found.metadata["resilience"]["zne"]
    assert said["noise_factors"] == [1.0, 3.0, 5.0]
    assert said["extrapolator"] in {"exponential", "linear"}


def test_level_2_mitigates_readout_and_gates(estimator):
    pytest.importorskip("mitiq")
    noise = noisy_gates()
    noise.add_all_qubit_readout_error(ReadoutError([[0.97, 0.03], [0.06, 0.94]]))
    found = estimated(estimator, noise, resilience_level=2)
    assert abs(found.data.evs - exact()) < 4 * found.data.stds
    assert set(found.metadata["resilience"]) == {"zne", "measure_mitigation"}


@pytest.mark.parametrize(
    ("resilience", "words"),
    [
        pytest.param(
            {"zne": {"extrapolator": "magic"}},
            "extrapolator 'magic' is not known, expected one of exponential, linear",
            id="name",
        ),
        pytest.param(
            {"zne": {"extrapolator": "polynomial_degree_4"}},
            "'polynomial_degree_4' needs 5 noise factors, 3 are given: [1.0, 3.0, 5.0]",
            id="degree",
        ),
        pytest.param(
            {"zne": {"noise_factors": [0.5, 1, 2]}},
            "A noise factor is 0.5, expected 1 or more",
            id="factor",
        ),
        pytest.param(
            {"zne": {"amplifier": "pea"}},
            "amplifier is 'pea', expected one of gate_folding,",
            id="amplifier",
        ),
        pytest.param(
            {"pec_mitigation": True},
            "resilience.pec_mitigation is not honoured here",
            id="pec",
        ),
    ],
)
def test_what_can_not_be_mitigated_so_is_refused(estimator, resilience, words):
    resilience = {"zne_mitigation": True, **resilience}
    with pytest.raises(BadInputsError) as caught:
        estimated(estimator, noisy_gates(), resilience=resilience)
    assert words in str(caught.value)


def test_a_level_that_is_not_there_is_refused(estimator):
    with pytest.raises(BadInputsError, match="level is 7, expected 0 to 2"):
        call(estimator, pubs=[(circuit_of_three(), OBSERVABLE)], resilience_level=7)


def test_the_first_sampler_corrects_its_bit_strings(sampler):
    result = call(
        sampler,
        circuits=[bell()],
        run_options={"noise_model": misreading(), "seed_simulator": 1, "shots": 20_000},
        transpilation_settings={"basis_gates": ["h", "cx"]},
        resilience_settings={"level": 1},
    )
    (found,) = result["quasi_dists"]
    assert found["00"] == pytest.approx(0.5, abs=0.02)
    assert abs(found.get("01", 0)) < 0.01
    assert result["metadata"][0]["readout_mitigation_overhead"] > 1


@pytest.mark.parametrize("amplifier", folding.AMPLIFIERS)
@pytest.mark.parametrize(("factor", "gates"), [(1, 4), (1.5, 6), (3, 12), (5, 20)])
def test_a_folded_circuit_has_more_gates_and_does_the_same(amplifier, factor, gates):
    circuit = circuit_of_three()
    folded = folding.fold(circuit, factor, amplifier)
    assert folded.count_ops()["cx"] == gates
    assert Operator(folded) == Operator(circuit)
    assert folding.reached_factor(circuit, factor) == factor


def test_folding_begins_where_it_is_told_to():
    circuit = circuit_of_three()
    front = folding.fold(circuit, 1.5, "gate_folding_front")
    back = folding.fold(circuit, 1.5, "gate_folding_back")
    names = [item.operation.name for item in front.data]
    assert names[1:4] == ["cx", "cx", "cx"]
    assert [item.operation.name for item in back.data][-3:] == ["cx", "cx", "cx"]


def test_a_circuit_without_two_qubit_gates_is_left_as_it_is():
    circuit = QuantumCircuit(1)
    circuit.x(0)
    assert folding.fold(circuit, 3) is circuit
    assert folding.reached_factor(circuit, 3) == 1


def test_errors_are_propagated_through_the_extrapolation():
    pytest.importorskip("mitiq")
    rng = np.random.default_rng(1)
    factors, truth, errors = [1.0, 3.0, 5.0], [0.8, 0.6, 0.4], np.full(3, 0.01)
    found = [
        extrapolation.extrapolate(
            ["linear"], factors, rng.normal(truth, errors), errors
        )
        for _ in range(300)
    ]
    values, stated = [each[0] for each in found], found[0][1]
    assert np.mean(values) == pytest.approx(0.9, abs=0.005)
    assert np.std(values) == pytest.approx(stated, rel=0.15)


def test_what_no_extrapolator_fits_stays_as_it_was_measured():
    pytest.importorskip("mitiq")
    factors, values = [1.0, 3.0], np.array([0.1, -0.1])
    found = extrapolation.extrapolate(["fallback"], factors, values, np.full(2, 0.01))
    assert found == (0.1, 0.01, "fallback")


def test_a_missing_package_is_named_before_anything_runs(estimator, monkeypatch):
    monkeypatch.setattr(extrapolation, "find_spec", lambda name: None)
    with pytest.raises(BadInputsError, match=r"needs the package mitiq .*\[extrapol"):
        estimated(estimator, noisy_gates(), resilience_level=2)
    monkeypatch.setitem(sys.modules, "mthree", None)
    with pytest.raises(
        BadInputsError, match=r"needs the package mthree .*\[mitigation"
    ):
        estimated(estimator, noisy_gates(), resilience_level=1)
