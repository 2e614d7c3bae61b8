"""Inputs and results of Qiskit's primitives on the wire."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from qiskit import quantum_info
from qiskit.primitives import (
    BitArray,
    DataBin,
    PrimitiveResult,
    PubResult,
    SamplerPubResult,
)
from qiskit.primitives.containers.bindings_array import BindingsArray
from qiskit.primitives.containers.observables_array import ObservablesArray
from qiskit.result import Result

from program_runtime.codec.decoder import NestedDecoder
from program_runtime.codec.encoder import RuntimeEncoder
from program_runtime.codec.plain import require_list

if TYPE_CHECKING:
    from qiskit.primitives.containers.estimator_pub import EstimatorPub
    from qiskit.primitives.containers.sampler_pub import SamplerPub
    from qiskit.quantum_info import PauliLindbladMap

    from program_runtime.codec.limits import Budget


def encode_result(value: Result) -> dict[str, Any]:
    """Tag the result of a backend's run."""
    return {"__type__": "Result", "__value__": value.to_dict()}


def decode_result(value: Any, _budget: Budget) -> Result:
    """Rebuild the result of a backend's run."""
    return Result.from_dict(value)


def encode_coupling_map(value: Any) -> list[Any]:
    """Turn a coupling map into the list of its edges."""
    return list(value)


def encode_observables(value: ObservablesArray) -> dict[str, Any]:
    """Tag an array of observables."""
    return {"__type__": "ObservablesArray", "__value__": value.tolist()}


def decode_observables(value: Any, _budget: Budget) -> ObservablesArray:
    """Rebuild an array of observables."""
    return ObservablesArray(value)


def encode_bindings(value: BindingsArray) -> dict[str, Any]:
    """Tag an array of parameter values; its keys are JSON texts themselves."""
    data = {
        json.dumps(key, cls=RuntimeEncoder): item for key, item in value.data.items()
    }
    return {
        "__type__": "BindingsArray",
        "__value__": {"shape": value.shape, "data": data},
    }


def decode_bindings(value: Any, budget: Budget) -> BindingsArray:
    """Rebuild an array of parameter values."""
    data = {
        tuple(NestedDecoder(budget).decode(key)): item
        for key, item in (value.get("data") or {}).items()
    }
    return BindingsArray(data, shape=value.get("shape"))


def encode_bits(value: BitArray) -> dict[str, Any]:
    """Tag the outcomes of shots."""
    return {
        "__type__": "BitArray",
        "__value__": {"array": value.array, "num_bits": value.num_bits},
    }


def decode_bits(value: Any, _budget: Budget) -> BitArray:
    """Rebuild the outcomes of shots."""
    return BitArray(value["array"], value["num_bits"])


def encode_data(value: DataBin) -> dict[str, Any]:
    """Tag the data of a pub."""
    return {
        "__type__": "DataBin",
        "__value__": {
            "field_names": list(value),
            "shape": value.shape,
            "fields": dict(value.items()),
        },
    }


def decode_data(value: Any, _budget: Budget) -> DataBin:
    """Rebuild the data of a pub."""
    shape = value.get("shape")
    return DataBin(shape=tuple(shape) if shape else (), **value["fields"])


def encode_estimator_pub(value: EstimatorPub) -> tuple[Any, ...]:
    """Turn a pub into the list that an estimator takes."""
    parameters = value.parameter_values.as_array(value.circuit.parameters)
    return value.circuit, value.observables.tolist(), parameters, value.precision


def encode_sampler_pub(value: SamplerPub) -> tuple[Any, ...]:
    """Turn a pub into the list that a sampler takes."""
    parameters = value.parameter_values.as_array(value.circuit.parameters)
    return value.circuit, parameters, value.shots


def encode_sampler_pub_result(value: SamplerPubResult) -> dict[str, Any]:
    """Tag a sampler's result for a pub."""
    return _data_and_metadata("SamplerPubResult", value)


def decode_sampler_pub_result(value: Any, _budget: Budget) -> SamplerPubResult:
    """Rebuild a sampler's result for a pub."""
    return SamplerPubResult(value["data"], value.get("metadata"))


def encode_estimator_pub_result(value: Any) -> dict[str, Any]:
    """Tag an estimator's result for a pub, a class of the official package."""
    return _data_and_metadata("EstimatorPubResult", value)


def decode_estimator_pub_result(value: Any, _budget: Budget) -> PubResult:
    """Rebuild it: Qiskit's own class unless the official package is in use."""
    official = sys.modules.get("qiskit_ibm_runtime.results.estimator_pub")
    kind = PubResult if official is None else official.EstimatorPubResult
    return kind(value["data"], value.get("metadata"))


def encode_pub_result(value: PubResult) -> dict[str, Any]:
    """Tag a primitive's result for a pub."""
    return _data_and_metadata("PubResult", value)


def decode_pub_result(value: Any, _budget: Budget) -> PubResult:
    """Rebuild a primitive's result for a pub."""
    return PubResult(value["data"], value.get("metadata"))


def encode_primitive_result(value: PrimitiveResult) -> dict[str, Any]:
    """Tag the result of a primitive."""
    return {
        "__type__": "PrimitiveResult",
        "__value__": {"pub_results": list(value), "metadata": value.metadata},
    }


def decode_primitive_result(value: Any, _budget: Budget) -> PrimitiveResult:
    """Rebuild the result of a primitive."""
    results = require_list(value["pub_results"], "results of the pubs")
    return PrimitiveResult(results, value.get("metadata"))


def encode_pauli_lindblad_map(value: PauliLindbladMap) -> dict[str, Any]:
    """Tag a Pauli-Lindblad map."""
    return {
        "__type__": "PauliLindbladMap",
        "__value__": {"paulis": value.to_sparse_list(), "num_qubits": value.num_qubits},
    }


def decode_pauli_lindblad_map(value: Any, _budget: Budget) -> Any:
    """Rebuild a Pauli-Lindblad map; a Qiskit too old for it leaves the dict."""
    kind = getattr(quantum_info, "PauliLindbladMap", None)
    if kind is None:
        return NotImplemented
    terms = [tuple(term) for term in require_list(value["paulis"], "Paulis")]
    return kind.from_sparse_list(terms, num_qubits=value["num_qubits"])


def _data_and_metadata(tag: str, value: Any) -> dict[str, Any]:
    return {
        "__type__": tag,
        "__value__": {"data": value.data, "metadata": value.metadata},
    }
