import json

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter, ParameterVector
from qiskit.primitives import (
    BitArray,
    DataBin,
    PrimitiveResult,
    PubResult,
    SamplerPubResult,
    StatevectorEstimator,
    StatevectorSampler,
)
from qiskit.primitives.containers.bindings_array import BindingsArray
from qiskit.primitives.containers.estimator_pub import EstimatorPub
from qiskit.primitives.containers.observables_array import ObservablesArray
from qiskit.primitives.containers.sampler_pub import SamplerPub
from qiskit.quantum_info import PauliLindbladMap, SparsePauliOp
from qiskit.result import Result
from qiskit.transpiler import CouplingMap
from qiskit_aer import AerSimulator
from qiskit_aer.noise import NoiseModel, ReadoutError, depolarizing_error

from program_runtime.codec import containers, decode, encode
from program_runtime.errors import UndecodableError

ANGLES = ParameterVector("angle", 2)


def ansatz():
    circuit = QuantumCircuit(2)
    circuit.ry(ANGLES[0], 0)
    circuit.cx(0, 1)
    circuit.rz(ANGLES[1], 1)
    return circuit


def test_the_result_of_a_sampler_crosses_in_every_pairing(exchange):
    circuit = ansatz()
    circuit.measure_all()
    values = np.random.default_rng(0).random((3, 2))
    result = (
        StatevectorSampler(seed=1)
        .run([(circuit, values), (circuit, values[0])], shots=50)
        .result()
    )
    for decoded in exchange(result):
        assert type(decoded) is PrimitiveResult
        assert type(decoded[0]) is SamplerPubResult
        assert decoded.metadata == result.metadata
        assert decoded[0].data.meas == result[0].data.meas
        assert decoded[1].data.meas.get_counts() == result[1].data.meas.get_counts()
        assert decoded[0].metadata == result[0].metadata


def test_the_result_of_an_estimator_crosses_in_every_pairing(exchange):
    observables = [[SparsePauliOp("ZZ")], [SparsePauliOp("XX")]]
    values = np.random.default_rng(0).random((3, 2))
    result = StatevectorEstimator().run([(ansatz(), observables, values)]).result()
    for decoded in exchange(result):
        assert type(decoded[0]) is PubResult
        assert decoded[0].data.shape == (2, 3)
        assert np.array_equal(decoded[0].data.evs, result[0].data.evs)
        assert decoded[0].metadata == result[0].metadata


def test_bits_and_data_cross_in_every_pairing(exchange):
    bits = BitArray.from_samples(["0100101011", "1111100000"], num_bits=10)
    for decoded in exchange(
        {"bits": bits, "data": DataBin(c=bits, evs=np.arange(2.0))}
    ):
        assert decoded["bits"] == bits
        assert decoded["data"].c == bits
        assert decoded["data"].evs.tolist() == [0.0, 1.0]


def test_empty_data_crosses(exchange):
    for decoded in exchange(DataBin()):
        assert len(decoded) == 0
        assert decoded.shape == ()


def test_data_without_a_shape_is_read_as_older_services_sent_it():
    text = '{"__type__": "DataBin", "__value__": {"field_names": ["a"], "shape": null, "fields": {"a": 1}}}'
    assert decode(text).a == 1


def test_observables_cross_in_every_pairing(exchange):
    array = ObservablesArray(
        [[{"XX": 1.0}], ["ZZ"], [SparsePauliOp(["IZ", "XI"], [1, -2])]]
    )
    for decoded in exchange(array):
        assert decoded.shape == array.shape
        assert decoded.tolist() == array.tolist()


def test_bindings_cross_in_every_pairing(exchange):
    array = BindingsArray(
        {Parameter("a"): [1, 2], ("b", "c"): np.zeros((2, 2)), "π": [3, 4]}
    )
    for decoded in exchange(array):
        assert decoded.shape == array.shape
        assert list(decoded.data) == list(array.data)
        assert all(
            np.array_equal(decoded.data[key], item) for key, item in array.data.items()
        )


def test_empty_bindings_cross(exchange):
    assert [decoded.shape for decoded in exchange(BindingsArray(shape=(3,)))] == [
        (3,)
    ] * 3


def test_pubs_become_the_lists_that_primitives_take(exchange):
    circuit = ansatz()
    sampler_pub = SamplerPub.coerce((circuit, [0.1, 0.2], 100))
    estimator_pub = EstimatorPub.coerce((circuit, ["ZZ"], [0.1, 0.2], 0.01))
    for decoded in exchange([sampler_pub, estimator_pub]):
        assert decoded[0][0] == circuit
        assert decoded[0][1].tolist() == [0.1, 0.2]
        assert decoded[0][2] == 100
        assert decoded[1][1] == [{"ZZ": 1.0}]
        assert decoded[1][3] == 0.01
        assert SamplerPub.coerce(decoded[0]).shots == 100


def test_a_coupling_map_becomes_the_list_of_its_edges(exchange):
    assert (
        list(exchange(CouplingMap.from_line(3, bidirectional=False)))
        == [[[0, 1], [1, 2]]] * 3
    )


def test_a_pauli_lindblad_map_crosses_in_every_pairing(exchange):
    value = PauliLindbladMap([("XIZ", 0.1), ("IYI", 0.25)])
    assert list(exchange(value)) == [value] * 3


def test_a_qiskit_without_pauli_lindblad_maps_leaves_the_dict(monkeypatch):
    text = encode(PauliLindbladMap([("X", 0.1)]))
    monkeypatch.delattr(containers.quantum_info, "PauliLindbladMap")
    assert decode(text) == json.loads(text)


def test_the_result_of_a_backends_run_crosses_in_every_pairing(exchange):
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.measure_all()
    result = AerSimulator(seed_simulator=1).run(circuit, shots=100).result()
    for decoded in exchange(result):
        assert type(decoded) is Result
        assert decoded.get_counts() == result.get_counts()
        assert decoded.job_id == result.job_id
        assert decoded.date == result.date


# The official decoder says so, too.
@pytest.mark.filterwarnings("ignore:from_dict has been deprecated:DeprecationWarning")
def test_a_noise_model_crosses_in_every_pairing(exchange):
    model = NoiseModel()
    model.add_all_qubit_quantum_error(depolarizing_error(0.1, 2), ["cx"])
    model.add_readout_error(ReadoutError([[0.9, 0.1], [0.2, 0.8]]), [0])
    assert list(exchange(model)) == [model] * 3


@pytest.mark.parametrize(
    "tag", ["complex", "datetime", "BitArray", "DataBin", "Result"]
)
@pytest.mark.parametrize("value", [["list"], {"a": 1}, [[1, 2], {"b": None}]])
def test_wrong_containers_under_a_tag_are_errors(tag, value):
    with pytest.raises(UndecodableError, match=f"tag '{tag}' can not be decoded"):
        decode(json.dumps({"__type__": tag, "__value__": value}))


@pytest.mark.parametrize(
    "tag",
    [
        "BitArray",
        "DataBin",
        "BindingsArray",
        "ObservablesArray",
        "PubResult",
        "SamplerPubResult",
        "EstimatorPubResult",
        "PrimitiveResult",
        "PauliLindbladMap",
        "Result",
        "NoiseModel",
        "datetime",
        "complex",
        "set",
        "spmatrix",
        "QuantumCircuit",
        "Instruction",
        "Parameter",
        "ParameterExpression",
        "settings",
    ],
)
@pytest.mark.parametrize("value", [None, 5, "text"])
def test_wrong_values_under_every_tag_are_errors(tag, value):
    if tag == "settings":
        tagged = {
            "__type__": tag,
            "__module__": "qiskit.quantum_info.x",
            "__class__": "Pauli",
            "__value__": value,
        }
    else:
        tagged = {"__type__": tag, "__value__": value}
    with pytest.raises(
        UndecodableError, match=f"A value with the tag '{tag}' can not be decoded"
    ):
        decode(json.dumps(tagged))


@pytest.mark.parametrize(
    "tag", ["ndarray", "complex", "set", "QuantumCircuit", "settings"]
)
def test_a_tag_without_a_value_is_an_error(tag):
    with pytest.raises(UndecodableError, match=f"tag '{tag}' can not be decoded"):
        decode(json.dumps({"__type__": tag}))
