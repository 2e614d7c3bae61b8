import json

import numpy as np
import pytest
from qiskit.primitives import PrimitiveResult

from program_runtime import codec
from program_runtime.client.primitives.results import (
    EstimatorResultDecoder,
    SamplerResult,
    SamplerResultDecoder,
)

SAMPLED = json.dumps(
    {
        "quasi_dists": [{"00": 0.5, "11": 0.5}, {"0x1": 1.0}],
        "metadata": [{"shots": 10}, {"shots": 20}],
    }
)
ESTIMATED = json.dumps({"values": [1.5, -2], "metadata": [{"shots": 1}, {}]})


def test_a_samplers_result_has_quasi_distributions():
    result = SamplerResultDecoder.decode(SAMPLED)
    assert result.quasi_dists == [{0: 0.5, 3: 0.5}, {1: 1.0}]
    assert result.quasi_dists[0].binary_probabilities() == {"00": 0.5, "11": 0.5}
    assert result.quasi_dists[0].hex_probabilities() == {"0x0": 0.5, "0x3": 0.5}
    assert result.metadata == [{"shots": 10}, {"shots": 20}]
    assert result.num_experiments == 2


def test_an_estimators_result_has_an_array_of_values():
    result = EstimatorResultDecoder.decode(ESTIMATED)
    assert isinstance(result.values, np.ndarray)
    assert result.values.tolist() == [1.5, -2]
    assert result.experiments[1] == {"values": -2, "metadata": {}}


def test_a_result_comes_apart_into_one_for_each_circuit():
    parts = list(SamplerResultDecoder.decode(SAMPLED).decompose())
    assert [type(part) for part in parts] == [SamplerResult] * 2
    assert parts[1].quasi_dists == [{1: 1.0}]
    assert parts[1].metadata == [{"shots": 20}]
    first, _ = EstimatorResultDecoder.decode(ESTIMATED).decompose()
    assert first.values.tolist() == [1.5]
    assert first.num_experiments == 1


@pytest.mark.parametrize("decoder", [SamplerResultDecoder, EstimatorResultDecoder])
@pytest.mark.parametrize("text", ["[1]", '{"other": 1}', "no JSON"])
def test_any_other_result_stays_what_it_is(decoder, text):
    expected = {"[1]": [1], '{"other": 1}': {"other": 1}, "no JSON": "no JSON"}
    assert decoder.decode(text) == expected[text]


def test_what_the_program_warned_of_is_in_the_log(caplog):
    text = json.dumps(
        {
            "quasi_dists": [{}, {}],
            "metadata": [{"warnings": ["no effect"]}, {"warnings": ["no effect"]}],
        }
    )
    SamplerResultDecoder.decode(text)
    result = PrimitiveResult([], {"warnings": ["neither has this"]})
    EstimatorResultDecoder.decode(codec.encode(result))
    assert caplog.messages == ["no effect", "neither has this"]
