import pytest

from program_runtime import codec
from program_runtime.client import decoders
from program_runtime.program import ResultDecoder


@pytest.mark.parametrize(
    "value", [None, 1.5, "text", [1, 2], {"a": {"b": []}}, 1j, {"x": {1, 2}}]
)
def test_the_short_way_and_the_long_way_lead_to_the_same_value(value):
    text = codec.encode(value)
    assert decoders.decode(text) == ResultDecoder.decode(text) == value


def test_long_texts_are_decoded_too():
    value = {"numbers": list(range(5000)), "one": 1j}
    assert decoders.decode(codec.encode(value)) == value


@pytest.mark.parametrize("text", ["no json", "{", ""])
def test_what_is_no_json_stays_text(text):
    assert decoders.decode(text) == text


def test_a_text_nested_too_deeply_harms_nothing():
    text = "[" * 4000
    assert decoders.decode(text) == ResultDecoder.decode(text)


def test_a_decoder_of_ones_own_sees_the_text():
    class Raw(ResultDecoder):
        @classmethod
        def decode(cls, data):
            return data

    assert decoders.decode("[1]", Raw) == "[1]"


def test_one_decoder_serves_both_and_a_pair_each():
    assert decoders.Decoders.of(None) == decoders.Decoders()
    one = decoders.Decoders.of(ResultDecoder)
    assert one.interim is one.final is ResultDecoder
    pair = decoders.Decoders.of([int, str])
    assert (pair.interim, pair.final) == (int, str)
