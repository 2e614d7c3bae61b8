import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit.circuit import Parameter
from qiskit.quantum_info import (
    PTM,
    Chi,
    Choi,
    DensityMatrix,
    Kraus,
    Operator,
    Pauli,
    PauliList,
    SparsePauliOp,
    Statevector,
    Stinespring,
    SuperOp,
    Z2Symmetries,
    random_density_matrix,
    random_statevector,
    random_unitary,
)
from qiskit.quantum_info.operators.op_shape import OpShape
from qiskit.synthesis import SuzukiTrotter
from qiskit_ibm_runtime import RuntimeDecoder as OfficialDecoder

from program_runtime.codec import decode, encode
from program_runtime.codec.operators import flag_int_keys, restore_int_keys
from program_runtime.errors import UndecodableError

UNITARY = random_unitary(4, seed=1)


@pytest.mark.parametrize(
    "operator",
    [
        UNITARY,
        Operator(np.eye(6), input_dims=(2, 3), output_dims=(3, 2)),
        Pauli("-iXYZI"),
        PauliList(["XX", "YZ"]),
        SparsePauliOp(["XX", "ZI"], [0.5, -2j]),
        Choi(UNITARY),
        SuperOp(UNITARY),
        Kraus(UNITARY),
        PTM(UNITARY),
        Chi(UNITARY),
        Stinespring(UNITARY),
        OpShape(dims_l=(2, 3), dims_r=(2,)),
    ],
)
def test_operators_cross_in_every_pairing(exchange, operator):
    assert list(exchange(operator)) == [operator] * 3


@settings(max_examples=20, deadline=None)
@given(
    terms=st.lists(
        st.tuples(
            st.text("IXYZ", min_size=3, max_size=3),
            st.complex_numbers(max_magnitude=1e6),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_operator_crosses_in_every_pairing(exchange, terms):
    operator = SparsePauliOp.from_list(terms)
    assert list(exchange({"hamiltonian": operator})) == [{"hamiltonian": operator}] * 3


@pytest.mark.parametrize(
    "state",
    [
        random_statevector(4, seed=1),
        Statevector(np.ones(6), dims=(2, 3)),
        random_density_matrix(4, seed=1),
        DensityMatrix(np.eye(2) / 2),
    ],
)
def test_states_are_rebuilt_too_whoever_wrote_them(exchange, state):
    assert (
        list(exchange(state, [("ours", "ours"), ("official", "ours")])) == [state] * 2
    )


def test_symmetries_are_rebuilt(round_trip):
    symmetries = Z2Symmetries([Pauli("ZZ")], [Pauli("IX")], [0], [1])
    assert round_trip(symmetries) == symmetries


def test_an_operator_with_parameters_as_coefficients_is_rebuilt(round_trip):
    angle = Parameter("angle")
    operator = SparsePauliOp(["XX", "ZZ"], np.array([angle, 2 * angle], dtype=object))
    decoded = round_trip(operator)
    assert decoded.assign_parameters({angle: 1.5}).coeffs.tolist() == [1.5, 3.0]


def settings_of(module, name, value):
    return {
        "__type__": "settings",
        "__module__": module,
        "__class__": name,
        "__value__": value,
    }


def test_the_retired_pauli_sum_becomes_a_sparse_pauli_operator():
    operator = SparsePauliOp(["XX"], [2.0])
    tagged = settings_of(
        "qiskit.opflow.primitive_ops.pauli_sum_op",
        "PauliSumOp",
        {"primitive": operator, "coeff": 3.0},
    )
    assert decode(encode(tagged)) == SparsePauliOp(["XX"], [6.0])


@pytest.mark.parametrize(
    ("module", "name", "settings"),
    [
        ("subprocess", "Popen", {"args": ["touch", "/tmp/never"]}),
        ("os", "system", {"command": "true"}),
        ("builtins", "eval", {"source": "1/0"}),
        (
            "qiskit.quantum_info.operators.symplectic.sparse_pauli_op",
            "deepcopy",
            {"x": 1},
        ),
        ("qiskit.quantum_info_evil", "Pauli", {"data": "X"}),
        ("program_runtime_no_such_module", "Pauli", {"data": "X"}),
        (None, "Pauli", {"data": "X"}),
        ("qiskit.quantum_info.operators", None, {"data": "X"}),
        ("qiskit.quantum_info.operators", ["list"], {"data": "X"}),
    ],
)
def test_other_classes_stay_inert_dicts_with_a_clear_warning(module, name, settings):
    tagged = settings_of(module, name, settings)
    with pytest.warns(
        UserWarning,
        match="stays a dict: only Qiskit's operators and states are rebuilt",
    ):
        assert decode(json.dumps(tagged)) == tagged


def test_settings_that_do_not_fit_the_class_are_an_error():
    tagged = settings_of("qiskit.quantum_info.operators", "Pauli", {"command": "rm"})
    with pytest.raises(
        UndecodableError, match=r"tag 'settings' can not be decoded\. TypeError"
    ):
        decode(json.dumps(tagged))
    with pytest.raises(UndecodableError, match="tag 'settings' can not be decoded"):
        decode(
            '{"__type__": "settings", "__module__": "qiskit.quantum_info.operators", "__class__": "Pauli"}'
        )


class Optimizer:
    settings = {"maxiter": 10, "steps": {1: "a", 2: {3: 0.5}}}  # noqa: RUF012


def test_other_objects_with_settings_are_sent_as_the_official_encoder_does():
    text = encode(Optimizer())
    assert (
        json.loads(text, cls=OfficialDecoder)["__value__"]["steps"]["__int_keys__"]
        is True
    )
    assert Optimizer.settings == {"maxiter": 10, "steps": {1: "a", 2: {3: 0.5}}}
    with pytest.warns(
        UserWarning, match=r"test_codec_operators.Optimizer stays a dict"
    ):
        assert decode(text)["__class__"] == "Optimizer"


def test_settings_of_qiskits_synthesis_are_sent():
    with pytest.warns(UserWarning, match="SuzukiTrotter stays a dict"):
        assert decode(encode(SuzukiTrotter(order=2)))["__value__"]["order"] == 2


def test_integer_keys_of_settings_survive():
    value = {1: {"a": {2: [3]}}, "b": 4}
    assert restore_int_keys(json.loads(json.dumps(flag_int_keys(value)))) == value
