"""Versions that two sides say of themselves, and circuits written for an older side."""

import base64
import json
import threading
import zlib

import pytest
from qiskit import QuantumCircuit, qpy
from qiskit.circuit import Duration, Parameter
from qiskit.circuit.classical import expr

from program_runtime import codec
from program_runtime.codec import wire
from program_runtime.codec.wire import Range, Target, Wire
from program_runtime.errors import IncompatibleVersionsError, UnserializableError


@pytest.fixture(autouse=True)
def _for_everybody_afterwards():
    yield
    wire.write_for(None)


def bell():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.rz(Parameter("a"), 1)
    return circuit


def timed():
    circuit = QuantumCircuit(1)
    circuit.delay(expr.lift(Duration.s(1.0)), 0)
    return circuit


def written(value):
    """The QPY format of an encoded circuit."""
    return zlib.decompress(base64.b64decode(json.loads(value)["__value__"]))[6]


def test_what_is_said_is_understood():
    said = Wire(api=Range(1, 2), codec=Range(1, 1), qpy=Range(13, 18))
    assert Wire.parse(said.to_header()) == said


@pytest.mark.parametrize(
    ("header", "understood"),
    [
        ("", Wire()),
        ("no versions at all", Wire()),
        ("api=2-3; colour=1-1; qpy=x-y", Wire(api=Range(2, 3))),
        ("qpy=13-18, api=1-1, future", Wire(api=Range(1, 1), qpy=Range(13, 18))),
        ("api=99999999999999999999-1", Wire()),
    ],
    ids=["empty", "words", "unknown", "commas", "huge"],
)
def test_what_is_not_understood_is_as_if_it_had_not_been_said(header, understood):
    assert Wire.parse(header) == understood


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        (Range(1, 1), Range(1, 1), True),
        (Range(1, 2), Range(2, 3), True),
        (Range(1, 1), Range(2, 3), False),
        (Range(4, 4), Range(2, 3), False),
    ],
    ids=str,
)
def test_ranges_meet_where_they_share_a_version(one, other, meets):
    assert one.meets(other) is other.meets(one) is meets


def test_the_formats_of_the_installed_qiskit_are_read_without_it():
    assert wire.qpy_here() == Range(qpy.QPY_COMPATIBILITY_VERSION, qpy.QPY_VERSION)


@pytest.mark.parametrize("version", [13, 14, 15, 16])
def test_a_circuit_is_written_as_old_as_its_reader_needs_it(version):
    circuit = bell()
    with wire.written_for(Target(version, "the service")):
        text = codec.encode(circuit)
    assert written(text) == version
    assert codec.decode(text) == circuit


def test_for_a_reader_of_everything_nothing_changes():
    plain = written(codec.encode(bell()))
    with wire.written_for(Target(99, "the service")):
        assert written(codec.encode(bell())) == plain
    with wire.written_for(None):
        assert written(codec.encode(bell())) == plain


def test_a_circuit_that_the_old_format_does_not_have_is_refused_with_both_versions():
    with (
        wire.written_for(Target(13, "the service")),
        pytest.raises(IncompatibleVersionsError) as caught,
    ):
        codec.encode({"circuit": timed()})
    assert caught.value.message == (
        "The circuit can not be written for the service, whose Qiskit reads QPY up to "
        "format 13: duration-typed expressions needs QPY format 14."
    )
    assert caught.value.hint == "Update Qiskit on the side of the service."


def test_a_reader_older_than_what_qiskit_writes_is_refused():
    with (
        wire.written_for(Target(9, "the caller")),
        pytest.raises(IncompatibleVersionsError, match="writes QPY from format 13 on"),
    ):
        codec.encode(bell())


def test_plain_values_need_no_version():
    with wire.written_for(Target(1, "the service")):
        assert codec.encode({"n": 1}) == '{"n": 1}'


def test_a_process_can_write_for_one_reader_in_all_its_threads():
    wire.write_for(Target(14, "the caller"))
    found = []
    thread = threading.Thread(target=lambda: found.append(codec.encode(bell())))
    thread.start()
    thread.join()
    assert written(found[0]) == 14


def test_a_circuit_that_no_format_of_ours_holds_is_refused_as_every_value(monkeypatch):
    monkeypatch.setattr("program_runtime.codec.circuits._WIRE_VERSION", 13)
    with pytest.raises(UnserializableError, match="duration-typed expressions"):
        codec.encode({"circuit": timed()})


def test_a_defect_of_the_writer_is_not_taken_for_an_old_reader(monkeypatch):
    def broken(*_, **__):
        raise ValueError("no such thing")

    monkeypatch.setattr("program_runtime.codec.circuits.qpy.dump", broken)
    with (
        wire.written_for(Target(14, "the service")),
        pytest.raises(UnserializableError, match="no such thing"),
    ):
        codec.encode(bell())
