"""Which type is written by which function, which tag is read by which.

Functions are named, not imported: their modules need NumPy, Qiskit or SciPy, and
are imported with the first value that needs them. The names are all of this
package; nothing that a payload says leads to an import.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

from program_runtime.codec.lasting_import import import_lasting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CONTAINERS = "qiskit.primitives.containers"
_SPANS = "qiskit_ibm_runtime.execution_span"
_RESULTS = "qiskit_ibm_runtime.results"

# The order is that of the official encoder; the first class that fits decides. An
# object's own to_json method comes between the two tables.
_BEFORE_TO_JSON = {
    "qiskit.transpiler.CouplingMap": "containers.encode_coupling_map",
    "datetime.date": "plain.encode_date",
    "builtins.complex": "plain.encode_complex",
    "numpy.ndarray": "arrays.encode_array",
    "numpy.generic": "arrays.encode_scalar",
    "builtins.set": "plain.encode_set",
    "builtins.frozenset": "plain.encode_set",
    "qiskit.result.Result": "containers.encode_result",
}
_AFTER_TO_JSON = {
    "qiskit.circuit.QuantumCircuit": "circuits.encode_circuit",
    "qiskit.circuit.Parameter": "circuits.encode_parameter",
    "qiskit.circuit.ParameterExpression": "circuits.encode_expression",
    "qiskit.circuit.ParameterVector": "circuits.encode_parameters",
    "qiskit.circuit.parametertable.ParameterView": "circuits.encode_parameters",
    "qiskit.circuit.Instruction": "circuits.encode_instruction",
    f"{_CONTAINERS}.observables_array.ObservablesArray": (
        "containers.encode_observables"
    ),
    f"{_CONTAINERS}.bindings_array.BindingsArray": "containers.encode_bindings",
    f"{_CONTAINERS}.BitArray": "containers.encode_bits",
    f"{_CONTAINERS}.DataBin": "containers.encode_data",
    f"{_CONTAINERS}.estimator_pub.EstimatorPub": "containers.encode_estimator_pub",
    f"{_CONTAINERS}.sampler_pub.SamplerPub": "containers.encode_sampler_pub",
    f"{_RESULTS}.estimator_pub.EstimatorPubResult": (
        "containers.encode_estimator_pub_result"
    ),
    f"{_CONTAINERS}.SamplerPubResult": "containers.encode_sampler_pub_result",
    f"{_CONTAINERS}.PubResult": "containers.encode_pub_result",
    f"{_CONTAINERS}.PrimitiveResult": "containers.encode_primitive_result",
    f"{_RESULTS}.noise_learner.NoiseLearnerResult": "official.encode_learner_result",
    f"{_SPANS}.DoubleSliceSpan": "official.encode_double_slice_span",
    f"{_SPANS}.TwirledSliceSpanV2": "official.encode_twirled_span_v2",
    f"{_SPANS}.TwirledSliceSpan": "official.encode_twirled_span",
    f"{_SPANS}.SliceSpan": "official.encode_slice_span",
    f"{_SPANS}.ExecutionSpans": "official.encode_spans",
    "qiskit.quantum_info.PauliLindbladMap": "containers.encode_pauli_lindblad_map",
    "qiskit_aer.noise.NoiseModel": "noise.encode_noise_model",
    "scipy.sparse.spmatrix": "sparse.encode_sparse",
    "scipy.sparse.sparray": "sparse.encode_sparse",
}

# These get the value under "__value__" ...
VALUE_TAGS = {
    "datetime": "plain.decode_date",
    "ndarray": "arrays.decode_array",
    "set": "plain.decode_set",
    "Result": "containers.decode_result",
    "to_json": "plain.decode_json_text",
    "QuantumCircuit": "circuits.decode_circuit",
    "Parameter": "circuits.decode_parameter",
    "ParameterExpression": "circuits.decode_expression",
    "Instruction": "circuits.decode_instruction",
    "ObservablesArray": "containers.decode_observables",
    "BindingsArray": "containers.decode_bindings",
    "BitArray": "containers.decode_bits",
    "DataBin": "containers.decode_data",
    "EstimatorPubResult": "containers.decode_estimator_pub_result",
    "SamplerPubResult": "containers.decode_sampler_pub_result",
    "PubResult": "containers.decode_pub_result",
    "PrimitiveResult": "containers.decode_primitive_result",
    "PauliLindbladMap": "containers.decode_pauli_lindblad_map",
    "NoiseModel": "noise.decode_noise_model",
    "spmatrix": "sparse.decode_sparse",
    "NoiseLearnerResult": "official.decode_learner_result",
    "ExecutionSpan": "official.decode_slice_span",
    "DoubleSliceSpan": "official.decode_double_slice_span",
    "TwirledSliceSpan": "official.decode_twirled_span",
    "TwirledSliceSpanV2": "official.decode_twirled_span_v2",
    "ExecutionSpans": "official.decode_spans",
    "ExecutionSpanCollection": "official.decode_spans",  # its older name
}
# ... and these the whole tagged object, which also names a class.
CLASS_TAGS = {
    "settings": "operators.decode_settings",
    "_json": "official.decode_json_protocol",
}


@functools.cache
def function(name: str) -> Callable[..., Any]:
    """Import a function of this package: ``"arrays.encode_array"``."""
    module, _, attribute = name.partition(".")
    found: Callable[..., Any] = getattr(
        import_lasting(f"program_runtime.codec.{module}"), attribute
    )
    return found


def encoder_for(kind: type) -> Callable[[Any], Any] | None:
    """Find the function that turns values of a type into what JSON can hold.

    Returns:
        None if only the value's own methods can say how.
    """
    name = _first(_BEFORE_TO_JSON, kind)
    if name is None and not hasattr(kind, "to_json"):
        name = _first(_AFTER_TO_JSON, kind)
    return None if name is None else function(name)


def _first(table: Mapping[str, str], kind: type) -> str | None:
    """Find the first class in a table that the type is, or derives from."""
    for path, name in table.items():
        module, _, attribute = path.rpartition(".")
        # A value of a class can only exist if the class's module is loaded.
        found = getattr(sys.modules.get(module), attribute, None)
        if isinstance(found, type) and issubclass(kind, found):
            return name
    return None
