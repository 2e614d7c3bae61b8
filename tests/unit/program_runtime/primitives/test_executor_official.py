"""The executor and the official client: what it sends, what it reads, what it computes."""

import json

import numpy as np
import pytest
from executor_inputs import run
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Parameter, ParameterVector
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import (
    PauliLindbladMap,
    SparsePauliOp,
    Statevector,
    random_pauli_list,
)
from qiskit_aer import AerSimulator

from program_runtime import codec
from program_runtime.program.testing import local_backend

# What the client computes its programs with is as new as what reads them here.
samplomatic = pytest.importorskip("samplomatic")
pytest.importorskip("qiskit_ibm_runtime", minversion="0.51")

from qiskit_ibm_runtime.decoders.executor.decoder import (  # noqa: E402
    ExecutorResultDecoder,
)
from qiskit_ibm_runtime.decoders.executor_estimator.decoder import (  # noqa: E402
    ClientSideEstimatorDecoder,
)
from qiskit_ibm_runtime.decoders.executor_sampler.decoder import (  # noqa: E402
    ClientSideSamplerResultDecoder,
)
from qiskit_ibm_runtime.executor_estimator.prepare import (  # noqa: E402
    prepare as prepare_estimator,
)
from qiskit_ibm_runtime.executor_sampler.prepare import (  # noqa: E402
    prepare as prepare_sampler,
)
from qiskit_ibm_runtime.fake_provider.executor.run_quantum_program import (  # noqa: E402
    run_quantum_program,
)
from qiskit_ibm_runtime.options_models.estimator import EstimatorOptions  # noqa: E402
from qiskit_ibm_runtime.options_models.executor import ExecutorOptions  # noqa: E402
from qiskit_ibm_runtime.options_models.sampler import SamplerOptions  # noqa: E402
from qiskit_ibm_runtime.options_models.simulator import SimulatorOptions  # noqa: E402
from qiskit_ibm_runtime.quantum_program import QuantumProgram  # noqa: E402
from qiskit_ibm_runtime.quantum_program.params_converters import (  # noqa: E402
    QUANTUM_PROGRAM_PARAMS_CONVERTERS as CONVERTERS,
)

GATES = ["rz", "sx", "x", "cx"]


def sent(program, options=None, version="v2.0"):
    """What arrives in the program: through JSON and the service's codec."""
    options = options or ExecutorOptions()
    options.experimental = {"seed_simulator": 1, **options.experimental}
    model = CONVERTERS[version].encoder(program, options)
    return codec.decode(json.dumps(model.model_dump(mode="json")))


def answered(program, options=None, version="v2.0", backend=None):
    result = run(sent(program, options, version), backend)
    return ExecutorResultDecoder.decode(codec.encode(result))


def turned(gate="rx"):
    angle = Parameter("angle")
    circuit = QuantumCircuit(2)
    getattr(circuit, gate)(angle, 0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


def twirled():
    angle = Parameter("angle")
    circuit = QuantumCircuit(2)
    with circuit.box([samplomatic.Twirl()]):
        circuit.rx(angle, 0)
        circuit.cx(0, 1)
    with circuit.box([samplomatic.Twirl()]):
        circuit.measure_all()
    return samplomatic.build(circuit)


def mixed_program(shots=500, **more):
    program = QuantumProgram(shots=shots, **more)
    angles = np.array([[0.0], [0.7], [np.pi]])
    program.append_circuit_item(turned(), circuit_arguments=angles)
    template, samplex = twirled()
    arguments = {"parameter_values": angles[:, np.newaxis]}
    program.append_samplex_item(
        template, samplex, samplex_arguments=arguments, shape=(4, 3, 5)
    )
    return program


def test_the_client_knows_no_version_that_the_executor_does_not():
    from program_runtime.primitives.executor_versions import VERSIONS

    assert set(CONVERTERS) == set(VERSIONS)


@pytest.mark.parametrize("version", sorted(CONVERTERS))
def test_every_version_goes_in_and_comes_out(version):
    echoed = {"a": [1, None, 0.5], "b": {"c": np.arange(6.0).reshape(2, 3)}}
    program = mixed_program(passthrough_data=None if version == "v0.1" else echoed)
    program._semantic_role = "somebody's"
    result = answered(program, version=version)
    assert result[0]["meas"].shape == (3, 500, 2)
    assert result[1]["meas"].shape == (4, 3, 5, 500, 2)
    flips = result[1]["measurement_flips.meas"]
    assert flips.shape == (4, 3, 5, 1, 2)
    for index, axes in ((0, (1,)), (1, (0, 2, 3))):
        bits = result[index]["meas"] ^ (flips if index else False)
        ones = bits.mean(axis=axes)
        assert np.allclose(ones[0], 0)
        assert np.allclose(ones[1], np.sin(0.35) ** 2, atol=0.08)
        assert np.allclose(ones[2], 1)
    if version != "v0.1":
        assert result.passthrough_data["a"] == echoed["a"]
        assert np.array_equal(result.passthrough_data["b"]["c"], echoed["b"]["c"])
    if version >= "v1":
        assert result._semantic_role == "somebody's"
    [span] = result.metadata.chunk_timing
    assert [part.size for part in span.parts] == [3, 60]


def test_the_same_seed_draws_what_the_clients_local_mode_draws():
    program = mixed_program(shots=2000)
    options = ExecutorOptions(experimental={"seed_simulator": 11})
    ours = answered(program, options)
    theirs = run_quantum_program(
        AerSimulator(), program, SimulatorOptions(seed_simulator=11)
    )
    for index in (0, 1):
        assert set(ours[index]) == set(theirs[index])
        for name, array in ours[index].items():
            assert array.shape == theirs[index][name].shape, name
            assert array.dtype == theirs[index][name].dtype, name
    name = "measurement_flips.meas"
    assert np.array_equal(ours[1][name], theirs[1][name])
    for index in (0, 1):
        mine, other = (found[index]["meas"].mean(axis=-2) for found in (ours, theirs))
        # Five standard deviations of the difference, where it is largest.
        assert np.abs(mine - other).max() < 5 * np.sqrt(2 * 0.25 / 2000)


@pytest.mark.parametrize("twirl", [False, True], ids=["plain", "twirled"])
def test_the_samplers_counts_are_right(twirl):
    options = SamplerOptions(
        twirling={"enable_gates": twirl, "enable_measure": twirl}, default_shots=3000
    )
    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    bell.measure_all()
    sweep = turned()
    pubs = [
        transpile(bell, basis_gates=GATES),
        (transpile(sweep, basis_gates=GATES), np.array([[0.0], [1.1], [np.pi]])),
    ]
    program, executor_options = prepare_sampler(pubs, options)
    program._semantic_role = "sampler_v2"
    found = ClientSideSamplerResultDecoder.decode(answered(program, executor_options))
    counts = found[0].data.meas.get_counts()
    total = sum(counts.values())
    assert set(counts) == {"00", "11"}
    assert abs(counts["00"] / total - 0.5) < 5 * np.sqrt(0.25 / total)
    ones = [found[1].data.meas.get_counts(place).get("11", 0) for place in range(3)]
    assert np.allclose(np.array(ones) / total, [0, np.sin(0.55) ** 2, 1], atol=0.06)


@pytest.mark.parametrize("version", ["v1.0", "v2.0"])
def test_injected_noise_is_drawn_as_the_clients_local_mode_draws_it(version):
    circuit = QuantumCircuit(2)
    with circuit.box([samplomatic.Twirl(), samplomatic.InjectNoise("layer", "scale")]):
        circuit.cx(0, 1)
    with circuit.box([samplomatic.Twirl()]):
        circuit.measure_all()
    template, samplex = samplomatic.build(circuit)
    noise = PauliLindbladMap.from_sparse_list([("X", [0], 0.2), ("ZZ", [0, 1], 0.1)], 2)
    program = QuantumProgram(shots=20)
    arguments = {
        "pauli_lindblad_maps": {"layer": noise},
        "noise_scales": {"scale": np.array([[0.0], [-1.0]])},
    }
    program.append_samplex_item(
        template, samplex, samplex_arguments=arguments, shape=(2, 30)
    )
    options = ExecutorOptions(experimental={"seed_simulator": 9})
    ours = answered(program, options, version)
    theirs = run_quantum_program(
        AerSimulator(), program, SimulatorOptions(seed_simulator=9)
    )
    signs = ours[0]["pauli_signs"]
    assert not signs[0].any()
    assert signs[1].any()
    assert np.array_equal(signs, theirs[0]["pauli_signs"])
    assert ours[0]["meas"].shape == (2, 30, 20, 2)


def test_a_wide_circuit_of_quarter_turns_stays_one_when_it_is_twirled():
    """No state vector of 40 qubits fits into a memory, a stabilizer does."""
    qubits = 40
    circuit = QuantumCircuit(qubits)
    circuit.h(0)
    for qubit in range(qubits - 1):
        circuit.cx(qubit, qubit + 1)
    circuit.measure_all()
    options = SamplerOptions(
        twirling={"enable_gates": True, "enable_measure": True, "num_randomizations": 4}
    )
    circuit = transpile(circuit, basis_gates=GATES, optimization_level=0)
    program, executor_options = prepare_sampler([circuit], options, 100)
    program._semantic_role = "sampler_v2"
    found = ClientSideSamplerResultDecoder.decode(answered(program, executor_options))
    assert set(found[0].data.meas.get_counts()) == {"0" * qubits, "1" * qubits}


def expected(circuit, observable):
    return Statevector(circuit).expectation_value(observable).real


# A state that an observable has a sharp value in has no spread to weigh a fit with.
@pytest.mark.filterwarnings("ignore:No positive, finite standard errors")
@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_estimators_values_are_within_their_errors(level):
    """Random circuits, parametrised ones and broadcasting, against exact values."""
    generator = np.random.default_rng(level)
    pubs, exact = [], []
    for qubits in (1, 2, 3):
        circuit = random_circuit(qubits, 3, max_operands=2, seed=qubits + 10 * level)
        circuit = transpile(circuit, basis_gates=GATES, optimization_level=1)
        paulis = random_pauli_list(qubits, 2, seed=qubits, phase=False)
        observable = SparsePauliOp(paulis, generator.uniform(-1, 1, 2))
        pubs.append((circuit, observable))
        exact.append(expected(circuit, observable))
    angles = ParameterVector("angle", 2)
    circuit = QuantumCircuit(2)
    circuit.ry(angles[0], 0)
    circuit.ry(angles[1], 1)
    circuit.cx(0, 1)
    circuit = transpile(circuit, basis_gates=GATES)
    values = generator.uniform(-3, 3, (4, 2))
    observables = [["ZZ"], ["XI"], [{"IZ": 0.5, "XX": -1.0}]]
    pubs.append((circuit, observables, values))
    exact.append(
        [
            [
                expected(circuit.assign_parameters(row), SparsePauliOp.from_list(terms))
                for row in values
            ]
            for terms in (
                [("ZZ", 1)],
                [("XI", 1)],
                [("IZ", 0.5), ("XX", -1)],
            )
        ]
    )
    options = EstimatorOptions(resilience_level=level, default_precision=0.03)
    program, executor_options = prepare_estimator(pubs, options)
    program._semantic_role = "estimator_v2"
    found = ClientSideEstimatorDecoder.decode(answered(program, executor_options))
    for pub, wanted in zip(found, exact, strict=True):
        stds = np.maximum(pub.data.stds, 0.03)
        off = np.abs(pub.data.evs - np.array(wanted))
        assert (off < 5 * stds).all(), (off / stds).max()


def test_twirled_programs_run_on_a_noisy_device_with_its_wiring():
    backend = local_backend("fake_manila", seed=3)
    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    circuit = transpile(bell, backend, seed_transpiler=1)
    observables = [
        SparsePauliOp("ZZ").apply_layout(circuit.layout),
        SparsePauliOp("XX").apply_layout(circuit.layout),
    ]
    options = EstimatorOptions(resilience_level=1, default_precision=0.03)
    program, executor_options = prepare_estimator([(circuit, observables)], options)
    program._semantic_role = "estimator_v2"
    result = answered(program, executor_options, backend=backend)
    values = ClientSideEstimatorDecoder.decode(result)[0].data.evs
    assert (np.abs(values - 1) < 0.2).all()
