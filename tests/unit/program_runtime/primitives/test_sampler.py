"""The sampler with pubs."""

import numpy as np
import pytest
from primitive_samples import bell, call, random_circuit, state_of
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.circuit import Parameter
from scipy.stats import chi2

from program_runtime.errors import BadInputsError, UnsupportedCircuitError
from program_runtime.program.testing import local_backend

IGNORED = "The option {} has no effect: aer_simulator {}."


def measured(circuit):
    return circuit.measure_all(inplace=False)


def test_counts_fit_the_exact_probabilities(sampler):
    rng = np.random.default_rng(5)
    for number in range(40):
        circuit = random_circuit(rng, 1 + number % 5)
        values = rng.uniform(-3, 3, (2, circuit.num_parameters))
        result = call(
            sampler,
            pubs=[(measured(circuit), values, 4000)],
            options={"simulator": {"seed_simulator": number}},
        )
        bits = result[0].data.meas
        assert bits.shape == (2,)
        for row in range(2):
            exact = state_of(circuit, values[row]).probabilities()
            counts = bits.get_int_counts(row)
            found = np.array([counts.get(outcome, 0) for outcome in range(len(exact))])
            assert found.sum() == 4000
            assert not found[exact < 1e-12].any()
            usual = exact * 4000 > 5
            statistic = ((found - exact * 4000) ** 2 / (exact * 4000 + 1e-12))[usual]
            assert statistic.sum() < chi2.ppf(1 - 1e-6, max(1, usual.sum()))


def test_each_register_has_its_own_bits(sampler):
    low, high = ClassicalRegister(3, "low"), ClassicalRegister(9, "high")
    circuit = QuantumCircuit(QuantumRegister(12), low, high)
    circuit.x([0, 2, 3, 11])
    circuit.measure(range(12), range(12))
    data = call(sampler, pubs=[(circuit, None, 5)])[0].data
    assert data.low.get_counts() == {"101": 5}
    assert data.high.get_counts() == {"100000001": 5}
    assert data.low.num_shots == 5


def test_more_bits_than_a_machine_word_are_kept_apart(sampler):
    circuit = QuantumCircuit(70, 70)
    circuit.x([0, 63, 64, 69])
    circuit.measure(range(70), range(70))
    data = call(sampler, pubs=[(circuit, None, 3)])[0].data
    ones = {69 - index for index in (0, 63, 64, 69)}
    text = "".join("1" if place in ones else "0" for place in range(70))
    assert data.c.get_counts() == {text: 3}


def test_shapes_of_values_become_shapes_of_bits(sampler):
    angle = Parameter("angle")
    circuit = QuantumCircuit(1)
    circuit.rx(angle, 0)
    circuit.measure_all()
    values = np.array([[[0.0], [np.pi]], [[np.pi], [0.0]]])
    bits = call(sampler, pubs=[(circuit, values, 7)])[0].data.meas
    assert bits.shape == (2, 2)
    assert bits.get_counts((0, 1)) == {"1": 7}
    assert bits.get_counts((1, 1)) == {"0": 7}


def test_the_values_are_in_the_order_of_the_parameters(sampler):
    first, second = Parameter("b"), Parameter("a")
    circuit = QuantumCircuit(2)
    circuit.rx(first, 0)
    circuit.rx(second, 1)
    circuit.measure_all()
    # circuit.parameters is sorted by name: a, then b.
    result = call(sampler, pubs=[(circuit, [np.pi, 0.0], 4)])
    assert result[0].data.meas.get_counts() == {"10": 4}


def test_a_pub_has_its_own_shots_or_the_default_ones(sampler):
    pubs = [(bell(), None, 10), (bell(),), (bell(), None, 20), (bell(), [], None)]
    shots = [
        result.data.meas.num_shots
        for result in call(sampler, pubs=pubs, options={"default_shots": 30})
    ]
    assert shots == [10, 30, 20, 30]
    assert call(sampler, pubs=[bell()])[0].data.meas.num_shots == 4096


def test_a_seed_makes_results_repeatable_and_pubs_independent(sampler):
    def run(seed):
        options = {"simulator": {"seed_simulator": seed}}
        result = call(sampler, pubs=[bell(), bell()], options=options)
        return [pub.data.meas.array.tolist() for pub in result]

    once, again, other = run(1), run(1), run(2)
    assert once == again
    assert once[0] != once[1]
    assert once != other


@pytest.mark.parametrize("device", ["aer_simulator", "fake_manila"])
def test_counts_are_those_of_the_backend_itself(sampler, device):
    backend = local_backend(device)
    circuit = transpile(bell(), backend, seed_transpiler=1)
    options = {"simulator": {"seed_simulator": 11}}
    result = call(sampler, pubs=[(circuit, None, 2000)], options=options, device=device)
    direct = backend.run(circuit, shots=2000, seed_simulator=11).result().get_counts()
    assert result[0].data.meas.get_counts() == direct


def test_a_noise_model_is_that_of_the_run(sampler):
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel, ReadoutError

    noise = NoiseModel()
    noise.add_all_qubit_readout_error(ReadoutError([[0.8, 0.2], [0.3, 0.7]]))
    options = {"simulator": {"noise_model": noise, "seed_simulator": 3}}
    result = call(sampler, pubs=[(bell(), None, 1000)], options=options)
    direct = AerSimulator(noise_model=noise).run(bell(), shots=1000, seed_simulator=3)
    assert result[0].data.meas.get_counts() == direct.result().get_counts()


def test_a_coupling_map_and_basis_gates_bind_the_simulator(sampler):
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 2)
    circuit.measure_all()
    options = {
        "simulator": {"coupling_map": [[0, 1], [1, 2]], "basis_gates": ["u", "cx"]}
    }
    result = call(sampler, pubs=[(circuit, None, 200)], options=options)
    assert set(result[0].data.meas.get_counts()) == {"000", "101"}
    assert result[0].metadata["transpilation"] == "transpiled"


def test_the_metadata_are_those_of_the_official_service(sampler):
    circuit = bell()
    circuit.metadata = {"label": "mine"}
    result = call(sampler, pubs=[(circuit, None, 9), (bell(), None, 5)])
    assert result.metadata["version"] == 2
    assert result[0].metadata["circuit_metadata"] == {"label": "mine"}
    spans = result.metadata["execution"]["execution_spans"]
    if isinstance(spans, dict):  # else the official client is imported
        (span,) = spans["__value__"]["spans"]
        slices = span["__value__"]["data_slices"]
        assert slices == {"0": [[9], 0, 1, 0, 9], "1": [[5], 0, 1, 0, 5]}
        assert span["__value__"]["start"] <= span["__value__"]["stop"]


def test_all_that_is_wrong_with_pubs_is_said_at_once(sampler):
    angle = QuantumCircuit(1, 1)
    angle.rx(Parameter("a"), 0)
    angle.ry(Parameter("b"), 0)
    angle.measure(0, 0)
    pubs = [(bell(), None, 0), (bell(), None, 2_000_000), (angle, [[1, 2, 3]]), 3]
    with pytest.raises(BadInputsError) as caught:
        call(sampler, pubs=pubs)
    text = str(caught.value)
    assert "pubs[0][2]: is 0, expected at least 1 shot" in text
    assert "pubs[1][2]: is 2,000,000 shots, the backend takes 1,000,000 at most" in text
    assert (
        "pubs[2][1]: have 3 values in a set (shape (1, 3)), the circuit has 2 "
        "parameters" in text
    )
    assert "pubs[3][0]: is of type int, expected a circuit" in text


@pytest.mark.parametrize(
    ("pubs", "words"),
    [
        pytest.param([], "pubs: is empty, expected a list of pubs", id="none"),
        pytest.param("x", "pubs: is of type str, expected a list", id="text"),
        pytest.param([[]], "pubs[0]: has 0 parts, expected 1 to 3", id="no parts"),
        pytest.param(["OPENQASM 3; x;"], "is no OpenQASM 3 program", id="qasm"),
    ],
)
def test_what_is_no_pub_is_refused_in_words(sampler, pubs, words):
    with pytest.raises(BadInputsError) as caught:
        call(sampler, pubs=pubs)
    assert words in str(caught.value)


def test_values_of_an_only_parameter_need_no_axis_of_their_own(sampler):
    circuit = QuantumCircuit(1)
    circuit.rx(Parameter("a"), 0)
    circuit.measure_all()
    pubs = [(circuit, 0.0, 3), (circuit, [0.0, np.pi], 3), (circuit, {"a": [[0.0]]}, 3)]
    result = call(sampler, pubs=pubs)
    assert [pub.data.meas.shape for pub in result] == [(), (2,), (1,)]
    with pytest.raises(BadInputsError, match="have 0 values in a set"):
        call(sampler, pubs=[(circuit,)])


def test_a_pub_may_be_an_openqasm_3_text(sampler):
    text = 'OPENQASM 3; include "stdgates.inc"; bit[1] c; qubit[1] q; x q[0]; c[0] = measure q[0];'
    result = call(sampler, pubs=[(text, None, 4)])
    assert result[0].data.c.get_counts() == {"1": 4}


def test_a_device_takes_only_circuits_in_its_own_gates(sampler):
    with pytest.raises(UnsupportedCircuitError, match="'h', which 'fake_manila'"):
        call(sampler, pubs=[bell()], device="fake_manila")
    options = {"optimization_level": 1}
    result = call(sampler, pubs=[bell()], options=options, device="fake_manila")
    assert result[0].metadata["transpilation"] == "transpiled"


def test_no_option_is_silently_ignored(sampler, caplog):
    options = {
        "execution": {"init_qubits": False, "rep_delay": 0.1},
        "experimental": {"wish": 1},
    }
    result = call(sampler, pubs=[bell()], options=options)
    assert result.metadata["warnings"] == [
        IGNORED.format(
            "execution.init_qubits", "begins every circuit with its qubits in |0>"
        ),
        IGNORED.format("execution.rep_delay", "does not wait between circuits"),
        "The option experimental.wish is not known here: it has no effect.",
    ]
    assert set(result.metadata["warnings"]) <= set(caplog.messages)


def test_data_other_than_bits_are_refused(sampler):
    with pytest.raises(BadInputsError, match="meas_type is 'kerneled'"):
        call(sampler, pubs=[bell()], options={"execution": {"meas_type": "kerneled"}})
