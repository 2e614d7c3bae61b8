import json
import math
import struct
import uuid

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Measure, Parameter, ParameterVector
from qiskit.circuit.classical import expr, types
from qiskit.circuit.library import (
    CXGate,
    PauliEvolutionGate,
    RXGate,
    UnitaryGate,
    efficient_su2,
)
from qiskit.quantum_info import SparsePauliOp

from program_runtime.codec import decode, encode
from program_runtime.codec.payloads import pack, pack_plain
from program_runtime.errors import UndecodableError

ANGLE, SCALE = Parameter("angle"), Parameter("scale π")


def if_else():
    circuit = QuantumCircuit(2, 2, metadata={"kind": "if"})
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(1)
    with otherwise:
        circuit.rx(ANGLE, 1)
    return circuit


def loops():
    circuit = QuantumCircuit(2, 2)
    with circuit.for_loop(range(3)):
        circuit.h(0)
        with circuit.while_loop((circuit.clbits[1], 0)):
            circuit.measure(0, 1)
    return circuit


def switch_on_expression():
    qubits, bits = QuantumRegister(1, "q"), ClassicalRegister(3, "c")
    circuit = QuantumCircuit(qubits, bits)
    flag = circuit.add_var("flag", expr.lift(False))
    circuit.store(flag, expr.less(bits, expr.lift(3, types.Uint(3))))
    with circuit.switch(bits) as case:
        with case(0):
            circuit.x(0)
        with case(case.DEFAULT):
            circuit.z(0)
    return circuit


def evolution():
    circuit = QuantumCircuit(2)
    circuit.append(PauliEvolutionGate(SparsePauliOp(["XX", "ZI"]), time=ANGLE), [0, 1])
    circuit.append(UnitaryGate(np.eye(2)), [0])
    return circuit


def parametrised():
    circuit = QuantumCircuit(3, global_phase=ANGLE / 2)
    circuit.rx(ANGLE, 0)
    circuit.ry(2 * ANGLE + SCALE**2 - ANGLE.sin(), 1)
    circuit.compose(efficient_su2(3, reps=1), inplace=True)
    return circuit


@pytest.mark.parametrize(
    "build",
    [if_else, loops, switch_on_expression, evolution, parametrised, QuantumCircuit],
)
def test_circuits_cross_in_every_pairing(exchange, build):
    circuit = build()
    for decoded in exchange({"circuits": [circuit]}):
        assert decoded["circuits"][0] == circuit
        assert decoded["circuits"][0].name == circuit.name


GATES = st.lists(
    st.tuples(
        st.sampled_from(["h", "rx", "cx", "measure", "barrier", "ecr", "rzz"]),
        st.integers(0, 2),
        st.floats(-10, 10) | st.just(ANGLE) | st.just(ANGLE * SCALE + 1),
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(
    gates=GATES,
    name=st.text(max_size=5),
    metadata=st.dictionaries(st.text(), st.integers() | st.text(), max_size=3),
)
def test_any_circuit_crosses_in_every_pairing(exchange, gates, name, metadata):
    circuit = QuantumCircuit(4, 3, name=name, metadata=metadata)
    for gate, index, angle in gates:
        if gate == "rx":
            circuit.rx(angle, index)
        elif gate == "measure":
            circuit.measure(index, index)
        elif gate == "rzz":
            circuit.rzz(angle, index, index + 1)
        elif gate in {"cx", "ecr"}:
            getattr(circuit, gate)(index, index + 1)
        else:
            getattr(circuit, gate)(index)
    for decoded in exchange(circuit):
        assert decoded == circuit
        assert decoded.name == name
        assert decoded.metadata == metadata


def test_metadata_of_a_circuit_is_encoded_like_any_value(round_trip):
    circuit = QuantumCircuit(
        1, metadata={"weights": np.arange(3), "pair": [1j, {"a": {2}}]}
    )
    metadata = round_trip(circuit).metadata
    assert metadata["weights"].tolist() == [0, 1, 2]
    assert metadata["pair"] == [1j, {"a": {2}}]


def test_circuits_in_metadata_of_circuits_are_decoded_up_to_a_depth(round_trip):
    circuit = QuantumCircuit(1)
    for _ in range(6):
        circuit = QuantumCircuit(1, metadata={"inner": circuit})
    assert round_trip(circuit) == circuit
    for _ in range(3):
        circuit = QuantumCircuit(1, metadata={"inner": circuit})
    with pytest.raises(
        UndecodableError, match="Too many texts are inside of each other"
    ):
        round_trip(circuit)


@pytest.mark.parametrize(
    "instruction",
    [
        RXGate(0.25),
        RXGate(ANGLE),
        CXGate(ctrl_state=0),
        CXGate(label="mine"),
        UnitaryGate(np.eye(4)),
    ],
)
def test_instructions_cross_in_every_pairing(exchange, instruction):
    for decoded in exchange(instruction):
        assert decoded == instruction
        assert decoded.label == instruction.label


def test_an_instruction_with_classical_bits_crosses_too(exchange):
    assert (
        list(exchange(Measure(), [("ours", "ours"), ("ours", "official")]))
        == [Measure()] * 2
    )


def test_parameters_cross_in_every_pairing(exchange):
    for decoded in exchange([ANGLE, SCALE]):
        assert decoded == [ANGLE, SCALE]
        assert decoded[1].name == "scale π"


def test_a_view_of_parameters_becomes_a_list(exchange):
    circuit = parametrised()
    for decoded in exchange(circuit.parameters):
        assert set(decoded) >= {ANGLE, SCALE}
        assert len(decoded) == circuit.num_parameters


def test_a_vector_of_parameters_becomes_a_list(round_trip):
    vector = ParameterVector("v", 3)
    decoded = round_trip(vector)
    assert [parameter.name for parameter in decoded] == ["v[0]", "v[1]", "v[2]"]
    assert [parameter.uuid for parameter in decoded] == [
        element.uuid for element in vector
    ]


def test_an_expression_comes_back_equal(round_trip):
    expression = (2 * ANGLE + SCALE).sin() ** 2
    decoded = round_trip(expression)
    assert decoded.parameters == {ANGLE, SCALE}
    bound = decoded.bind({ANGLE: 0.3, SCALE: 0.1}).numeric()
    assert math.isclose(bound, math.sin(0.7) ** 2)


def test_an_expression_without_free_parameters_is_its_number(round_trip):
    assert round_trip((ANGLE * 2).bind({ANGLE: 1.5})) == 3.0


# What the clients 0.8 to 0.15 sent: SymPy's text and a table of the symbols.


def legacy_symbol(parameter):
    name = parameter.name.encode()
    return (
        b"pp"
        + struct.pack("!Q", 0)
        + struct.pack("!H16s", len(name), parameter.uuid.bytes)
        + name
    )


def legacy_expression(text, *symbols):
    encoded = text.encode()
    return struct.pack("!QQ", len(symbols), len(encoded)) + encoded + b"".join(symbols)


def tagged_expression(data):
    return json.dumps(
        {"__type__": "ParameterExpression", "__value__": pack_plain(data)}
    )


def test_an_expression_of_a_retired_client_is_read():
    text = "Add(Mul(Integer(2), Symbol('angle')), Pow(Symbol('angle'), Rational(1, 2)))"
    decoded = decode(tagged_expression(legacy_expression(text, legacy_symbol(ANGLE))))
    assert decoded.parameters == {ANGLE}
    assert math.isclose(decoded.bind({ANGLE: 4.0}).numeric(), 10.0)


def test_an_expression_of_a_retired_client_may_hold_elements_of_vectors():
    vector = ParameterVector("v", 2)
    symbol = (
        b"vv"
        + struct.pack("!Q", 0)
        + struct.pack("!HQ16sQ", 1, 2, vector[1].uuid.bytes, 1)
        + b"v"
    )
    decoded = decode(
        tagged_expression(legacy_expression("Mul(Integer(3), Symbol('v[1]'))", symbol))
    )
    assert decoded.bind({vector[1]: 2.0}).numeric() == 6.0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"abc", "The expression is malformed"),
        (legacy_expression("", legacy_symbol(ANGLE)), "text has 0 characters"),
        (legacy_expression("Integer(1)", b"zz" + bytes(8)), "symbol of kind b'z'"),
        (
            legacy_expression(
                "Integer(1)",
                b"vv" + bytes(8) + struct.pack("!HQ16sQ", 0, 1 << 60, bytes(16), 0),
            ),
            "vector of 1152921504606846976",
        ),
        (
            legacy_expression("Pow(Integer(9), Integer(999999999))"),
            "power that is too large",
        ),
        (
            legacy_expression("Pow(Pow(Integer(9), Integer(99)), Integer(99))"),
            "power that is too large",
        ),
        (legacy_expression("Pow(Integer(9), Integer(9)"), "power that is too large"),
        (legacy_expression("Pow(Integer(9), !)"), "power that is too large"),
        (legacy_expression("Pow(Integer(9))"), "power that is too large"),
        (legacy_expression("__import__('os').system('true')"), "can not be decoded"),
        (
            legacy_expression("exec(Symbol('a'))"),
            "exec is not part of a valid sympy expression",
        ),
    ],
    ids=lambda value: None if isinstance(value, str) else "forged",
)
def test_malformed_expressions_are_refused(data, message):
    with pytest.raises(UndecodableError, match=message.replace("(", r"\(")):
        decode(tagged_expression(data))


def test_a_qiskit_without_that_parser_says_so(monkeypatch):
    from program_runtime.codec import legacy_expressions

    monkeypatch.setattr(legacy_expressions, "parse_sympy_repr", None)
    with pytest.raises(UndecodableError, match="no longer reads expressions of old"):
        decode(tagged_expression(legacy_expression("Integer(1)")))


def old_circuit(version, phase, *, encoding=b""):
    """Write a circuit of one qubit as an old Qiskit did."""
    header = struct.pack("!6sBBBBQ", b"QISKIT", version, 0, 25, 0, 1) + encoding + b"q"
    counts = struct.pack("!H1cHIIQIQ", 3, b"e", len(phase), 1, 0, 2, 0, 0)
    body = b"old" + phase + b"{}" + struct.pack("!Q", 0) + struct.pack("!H", 0)
    return header + counts + body + struct.pack("!?iiii", False, -1, -1, -1, 0)


def tagged_circuit(data):
    return json.dumps({"__type__": "QuantumCircuit", "__value__": pack([data])})


def test_a_circuit_of_an_old_qiskit_is_read():
    phase = legacy_expression("Mul(Integer(2), Symbol('angle'))", legacy_symbol(ANGLE))
    decoded = decode(tagged_circuit(old_circuit(9, phase)))
    assert decoded.name == "old"
    assert decoded.global_phase == 2 * ANGLE


def test_a_circuit_of_an_old_qiskit_can_not_compute_for_ever():
    phase = legacy_expression(
        "Pow(Integer(9), Integer(999999999))", legacy_symbol(ANGLE)
    )
    with pytest.raises(UndecodableError, match="power that is too large"):
        decode(tagged_circuit(old_circuit(9, phase)))


def test_expressions_that_symengine_would_unpickle_are_refused():
    with pytest.raises(
        UndecodableError, match="symengine expressions, which only pickle reads"
    ) as caught:
        decode(tagged_circuit(old_circuit(12, b"", encoding=b"e")))
    assert caught.value.hint == "Write it with qpy.dump(..., use_symengine=False)."


def test_a_circuit_of_a_newer_qiskit_asks_for_an_upgrade():
    with pytest.raises(
        UndecodableError,
        match=r"QPY format 200; this Qiskit reads up to \d+\. Upgrade it",
    ):
        decode(tagged_circuit(b"QISKIT\xc8" + bytes(40)))


def raw_circuit(circuit):
    from program_runtime.codec import circuits

    return circuits._dump(circuit)


def test_headers_that_claim_too_many_qubits_are_refused():
    data = bytearray(raw_circuit(QuantumCircuit(1)))
    (start,) = struct.unpack_from("!Q", data, 20)
    struct.pack_into("!I", data, start + 5, 0xF0000000)
    with pytest.raises(
        UndecodableError,
        match="claims 4026531840 qubits and 0 classical bits; the limit is 100000",
    ):
        decode(tagged_circuit(bytes(data)))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"QISKIT", "no circuit in QPY format"),
        (b"x" * 50, "no circuit in QPY format"),
        (raw_circuit(if_else())[:-20], "circuit can not be read"),
        (raw_circuit(QuantumCircuit(1))[:30], "The circuit ends too early"),
        (b"QISKIT\x01" + bytes(22), "The circuit ends too early"),
    ],
)
def test_malformed_circuits_are_refused(data, message):
    with pytest.raises(UndecodableError, match=message):
        decode(tagged_circuit(data))


def test_payloads_of_several_circuits_are_refused():
    import io

    from qiskit import qpy

    buffer = io.BytesIO()
    qpy.dump([QuantumCircuit(1)] * 2, buffer, version=17)
    with pytest.raises(UndecodableError, match="not one circuit"):
        decode(tagged_circuit(buffer.getvalue()))


def test_a_panic_of_qiskit_is_an_error_and_an_interrupt_stays_one(monkeypatch):
    from program_runtime.codec import circuits

    class PanicException(BaseException):
        pass

    text = encode(QuantumCircuit(1))
    for kind, expected in (
        (PanicException, UndecodableError),
        (KeyboardInterrupt, KeyboardInterrupt),
    ):

        def load(*args, kind=kind, **options):
            raise kind

        monkeypatch.setattr(circuits.qpy, "load", load)
        with pytest.raises(expected):
            decode(text)


@pytest.mark.parametrize(
    "data",
    [b"", struct.pack("!H16s", 5, uuid.uuid4().bytes) + b"abc"],
    ids=["empty", "cut off"],
)
def test_malformed_parameters_are_refused(data):
    with pytest.raises(UndecodableError, match="tag 'Parameter' can not be decoded"):
        decode(json.dumps({"__type__": "Parameter", "__value__": pack_plain(data)}))
