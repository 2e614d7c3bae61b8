import json
import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.primitives import DataBin, PrimitiveResult, PubResult
from qiskit.quantum_info import PauliList
from qiskit_ibm_runtime import RuntimeDecoder as OfficialDecoder
from qiskit_ibm_runtime.execution_span import (
    DoubleSliceSpan,
    ExecutionSpans,
    SliceSpan,
    TwirledSliceSpan,
    TwirledSliceSpanV2,
)
from qiskit_ibm_runtime.results.estimator_pub import EstimatorPubResult
from qiskit_ibm_runtime.results.noise_learner import (
    LayerError,
    NoiseLearnerResult,
    PauliLindbladError,
)

from program_runtime.codec import decode, encode
from program_runtime.errors import UndecodableError

START, STOP = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
SPANS = [
    SliceSpan(START, STOP, {0: ((10,), slice(2, 5)), 3: ((4, 5), slice(0, 20))}),
    DoubleSliceSpan(START, STOP, {1: ((100,), slice(1, 9), slice(4, 6))}),
    TwirledSliceSpan(START, STOP, {0: ((3, 18, 10), True, slice(4), slice(0, 5))}),
    TwirledSliceSpanV2(
        START, STOP, {2: ((3, 18, 10), False, slice(4), slice(0, 5), 150)}
    ),
]


@pytest.mark.parametrize("span", SPANS)
def test_execution_spans_cross_in_every_pairing(exchange, span):
    for decoded in exchange(span):
        assert type(decoded) is type(span)
        assert decoded == span
        assert (
            decoded.mask(span.pub_idxs[0]).tolist()
            == span.mask(span.pub_idxs[0]).tolist()
        )


def test_collections_of_spans_cross_within_a_result(exchange):
    spans = ExecutionSpans(SPANS)
    result = PrimitiveResult([], metadata={"execution": {"execution_spans": spans}})
    for decoded in exchange(result):
        assert decoded.metadata["execution"]["execution_spans"] == spans


def test_the_older_name_of_the_collection_is_read():
    text = encode(ExecutionSpans(SPANS)).replace(
        "ExecutionSpans", "ExecutionSpanCollection"
    )
    assert decode(text) == ExecutionSpans(SPANS)


def test_results_of_official_estimators_keep_their_class(exchange):
    result = EstimatorPubResult(DataBin(evs=np.array([1.0]), shape=(1,)), {"shots": 5})
    for decoded in exchange(result):
        assert type(decoded) is EstimatorPubResult
        assert decoded.metadata == {"shots": 5}


def learner_result():
    error = PauliLindbladError(PauliList(["XX", "ZZ"]), [0.1, 0.2])
    return NoiseLearnerResult(
        [LayerError(QuantumCircuit(2), [4, 5], error)], {"backend": "x"}
    )


def test_results_of_the_noise_learner_cross_in_every_pairing(exchange):
    for decoded in exchange(learner_result()):
        layer = decoded.data[0]
        assert (type(decoded), type(layer)) == (NoiseLearnerResult, LayerError)
        assert layer.qubits == [4, 5]
        assert layer.error.generators == PauliList(["XX", "ZZ"])
        assert layer.error.rates.tolist() == [0.1, 0.2]
        assert decoded.metadata == {"backend": "x"}


def test_other_objects_with_the_json_protocol_stay_inert_dicts():
    class Popen:
        def _json(self):
            return {"args": ["true"], "env": {1: "a"}}

    text = encode(Popen())
    tagged = json.loads(text)
    assert tagged["__type__"] == "_json"
    assert tagged["__value__"]["env"] == {"1": "a", "__int_keys__": True}
    assert decode(text) == tagged == json.loads(text, cls=OfficialDecoder)
    for module, name in (
        ("subprocess", "Popen"),
        ("qiskit_ibm_runtime.results.noise_learner", "np"),
    ):
        named = {**tagged, "__module__": module, "__class__": name}
        assert decode(json.dumps(named)) == named


def test_types_stay_dicts_while_the_official_package_is_not_imported(monkeypatch):
    values = [*SPANS, ExecutionSpans(SPANS), learner_result()]
    texts = [encode(value) for value in values]
    monkeypatch.delitem(sys.modules, "qiskit_ibm_runtime.execution_span")
    monkeypatch.delitem(sys.modules, "qiskit_ibm_runtime.results.noise_learner")
    for text in texts:
        decoded = decode(text)
        assert decoded["__type__"] == json.loads(text)["__type__"]
        assert json.loads(encode(decoded)) == json.loads(text)


def test_malformed_spans_are_errors():
    with pytest.raises(
        UndecodableError, match="tag 'ExecutionSpan' can not be decoded"
    ):
        decode(
            '{"__type__": "ExecutionSpan", "__value__": {"data_slices": {"x": [1]}}}'
        )


def test_without_the_official_package_its_objects_stay_the_dicts_they_were():
    result = PrimitiveResult(
        [PubResult(DataBin(a=1)), EstimatorPubResult(DataBin(a=2), {"shots": 5})],
        {"spans": ExecutionSpans(SPANS), "noise": learner_result()},
    )
    text = encode(result)
    code = (
        "import sys; from program_runtime.codec import decode, encode;"
        "result = decode(sys.stdin.read());"
        "assert 'qiskit_ibm_runtime' not in sys.modules;"
        "assert type(result[1]).__name__ == 'PubResult', result[1];"
        "assert result.metadata['spans']['__value__']['spans'][1]['__type__'] == 'DoubleSliceSpan';"
        "print(encode(result))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    again = json.loads(done.stdout, cls=OfficialDecoder)
    assert again.metadata["spans"] == ExecutionSpans(SPANS)
    assert again.metadata["noise"].data[0].error.rates.tolist() == [0.1, 0.2]
