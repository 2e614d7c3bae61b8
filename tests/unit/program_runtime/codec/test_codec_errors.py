import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.primitives import DataBin, PrimitiveResult, PubResult

from program_runtime.codec import DecodeLimits, RuntimeEncoder, decode, encode, encoder
from program_runtime.errors import CodecError, UndecodableError, UnserializableError


class Optimizer:
    pass


@dataclass
class Step:
    optimizer: Optimizer

    def _json(self):
        return {"energy": -1.0, "optimizer": self.optimizer}


def failure(value, **options):
    with pytest.raises(UnserializableError) as caught:
        encode(value, name="result", **options)
    return caught.value


def test_the_message_names_the_path_and_the_type():
    error = failure({"history": [1, 2, 3, Step(Optimizer())]})
    assert error.message == (
        'result["history"][3].optimizer is of type '
        "'test_codec_errors.Optimizer', which has no JSON form."
    )
    assert error.hint == (
        "Use plain numbers, text, lists and dicts, NumPy arrays or Qiskit objects, or "
        "give the class a to_json() method."
    )


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Optimizer(), "result"),
        ([[Optimizer()]], "result[0][0]"),
        ({"it's": (1, Optimizer())}, 'result["it\'s"][1]'),
        ({'a "b"': Optimizer()}, 'result["a \\"b\\""]'),
        ({1: Optimizer()}, "result[1]"),
        ({"z": {Optimizer()}}, 'result["z"][0]'),
        (np.array([[1, Optimizer()]], dtype=object), "result[0][1]"),
        (
            PrimitiveResult([PubResult(DataBin(a=Optimizer()))]),
            'result.pub_results[0].data.fields["a"]',
        ),
    ],
)
def test_paths_read_as_python(value, path):
    assert failure(value).message.startswith(
        f"{path} is of type 'test_codec_errors.Optimizer'"
    )


@pytest.mark.parametrize("value", [b"abc", bytearray(b"abc"), memoryview(b"abc")])
def test_bytes_have_no_tag_so_they_are_refused_with_advice(value):
    error = failure({"raw": value})
    assert 'result["raw"] is of type' in error.message
    assert "base64 text" in error.hint


@pytest.mark.parametrize("value", [Path("x"), range(3), Ellipsis, object()])
def test_other_values_without_json_form_are_refused(value):
    assert "which has no JSON form" in failure([value]).message


def test_a_generator_is_refused_with_advice():
    assert failure({"items": (index for index in range(3))}).hint == "Make it a list."


@pytest.mark.parametrize(
    ("key", "kind"),
    [((0, 1), "'tuple'"), (1j, "'complex'"), (np.int64(3), "'numpy.int64'")],
)
def test_keys_that_json_can_not_have_are_named(key, kind):
    error = failure({"counts": {key: 5}})
    assert error.message == f'result["counts"] has the key {key!r} of type {kind}.'
    assert error.hint == "Keys of a dict must be text or numbers: str(key)."


def test_parts_that_can_be_encoded_are_passed_over():
    value = {"fine": [Step(None), 1j, {2}], "bad": Optimizer()}
    assert failure(value).message.startswith('result["bad"] is of type')


def test_keys_of_settings_are_checked_too():
    class Odd:
        settings = {(1, 2): 3}  # noqa: RUF012

    assert failure([Odd()]).message == "result[0] has the key (1, 2) of type 'tuple'."


def test_a_cycle_is_named():
    value = {"a": [1]}
    value["a"].append({"back": value})
    assert (
        failure(value).message
        == 'result["a"][1]["back"] refers back to a value that holds it.'
    )


def test_a_cycle_through_an_object_is_named():
    step = Step(None)
    step.optimizer = [step]
    assert (
        failure([step]).message
        == "result[0].optimizer[0] refers back to a value that holds it."
    )


def nested(depth):
    value = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_what_can_be_encoded_can_be_decoded_again_at_the_limit(round_trip):
    assert round_trip(nested(200)) == nested(200)
    assert (
        failure(nested(201)).message
        == "result nests 201 levels deep; readers accept 200."
    )


def test_values_deeper_than_python_can_follow_are_refused():
    error = failure(nested(100_000))
    assert error.message.startswith("result[0][0][0]")
    assert error.message.endswith("... nests deeper than 200 levels.")


def test_too_many_values_are_refused(monkeypatch):
    monkeypatch.setattr(encoder, "_READER", DecodeLimits(elements=1000))
    error = failure([0] * 1001)
    assert error.message == "result holds 1002 values; readers accept 1000."
    assert "NumPy array" in error.hint


def test_an_integer_with_too_many_digits_is_named():
    assert failure({"n": [10**5000]}).message.startswith(
        'result["n"][0] is too large an integer: ValueError'
    )


def test_an_object_that_fails_to_describe_itself_is_named():
    class Broken:
        def to_json(self):
            raise KeyError("missing")

    error = failure({"a": Broken()})
    assert error.message.startswith('result["a"], of type ')
    assert error.message.endswith("can not be serialised: KeyError: 'missing'")
    assert isinstance(error.__cause__, KeyError)


def test_a_circuit_with_metadata_that_can_not_be_encoded_is_named():
    circuit = QuantumCircuit(1, metadata={"optimizer": Optimizer()})
    assert failure({"circuit": circuit}).message == (
        "result[\"circuit\"], of type 'qiskit.circuit.quantumcircuit.QuantumCircuit', can not be "
        "serialised: A value of type 'test_codec_errors.Optimizer' has no JSON form."
    )


def test_a_foreign_encoder_gets_the_same_messages():
    error = failure({"z": [1j]}, encoder=json.JSONEncoder)
    assert (
        error.message
        == "result[\"z\"][0] is of type 'complex', which has no JSON form."
    )


def test_failures_that_the_search_can_not_repeat_are_reported_as_they_were():
    class Once(RuntimeEncoder):
        def encode(self, o):
            raise OSError("disk")

    assert (
        failure([1], encoder=Once).message
        == "result can not be serialised: OSError: disk"
    )


def test_the_search_gives_no_warning_twice():
    with pytest.warns(UserWarning, match="A function can not be serialised") as caught:
        failure([print, Optimizer()])
    assert len(caught) == 1


def test_the_errors_are_also_those_that_json_users_expect():
    with pytest.raises(
        TypeError,
        match=r"A value of type 'test_codec_errors\.Optimizer' has no JSON form",
    ):
        json.dumps([Optimizer()], cls=RuntimeEncoder)
    with pytest.raises(TypeError):
        encode(Optimizer())
    with pytest.raises(ValueError, match="no JSON"):
        decode("{")
    assert issubclass(UnserializableError, CodecError)


@pytest.mark.parametrize(
    "text", ["", "{", "[1,]", "nul", "'a'", '{"a": 1} x', "[" + "1" * 5000 + "]"]
)
def test_texts_that_are_no_json_are_refused(text):
    with pytest.raises(UndecodableError, match="The text is no JSON: "):
        decode(text)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(UndecodableError, match="The text is not UTF-8"):
        decode(b"\xff\xfe")


def test_limits_are_keywords_and_can_not_be_changed():
    with pytest.raises(TypeError):
        DecodeLimits(5)
    with pytest.raises(AttributeError):
        DecodeLimits().depth = 5
