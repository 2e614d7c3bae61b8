"""Types that only the official package ``qiskit_ibm_runtime`` has.

This package does not need it and never imports it. Its objects are encoded, for an
object can only exist if the package is in use; and they are rebuilt when it is.
Otherwise they stay the tagged dicts that they are on the wire, which encode to the
same text again.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from program_runtime.codec.operators import flag_int_keys, restore_int_keys
from program_runtime.codec.plain import require_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.codec.limits import Budget

_SPANS = "qiskit_ibm_runtime.execution_span"
_LEARNER = "qiskit_ibm_runtime.results.noise_learner"
# On the wire the module keeps the name that it once had.
_LEARNER_ON_WIRE = "qiskit_ibm_runtime.utils.noise_learner_result"
_LEARNER_CLASSES = frozenset({"LayerError", "PauliLindbladError"})


def encode_slice_span(value: Any) -> dict[str, Any]:
    """Tag a span of slices."""
    return _encode_span(
        "ExecutionSpan", value, lambda _, shape, data: (shape, *_ends(data))
    )


def encode_double_slice_span(value: Any) -> dict[str, Any]:
    """Tag a span of slices of data and of shots."""
    return _encode_span(
        "DoubleSliceSpan",
        value,
        lambda _, shape, data, shots: (shape, *_ends(data), *_ends(shots)),
    )


def encode_twirled_span(value: Any) -> dict[str, Any]:
    """Tag a span of twirled slices."""
    return _encode_span(
        "TwirledSliceSpan",
        value,
        lambda _, shape, front, data, shots: (
            (shape, front, *_ends(data), *_ends(shots))
        ),
    )


def encode_twirled_span_v2(value: Any) -> dict[str, Any]:
    """Tag a span of twirled slices that knows the shots of its pubs."""
    pub_shots = value._pub_shots  # noqa: SLF001 - the official encoder's source too
    return _encode_span(
        "TwirledSliceSpanV2",
        value,
        lambda index, shape, front, data, shots: (
            (shape, front, *_ends(data), *_ends(shots), pub_shots[index])
        ),
    )


def encode_spans(value: Any) -> dict[str, Any]:
    """Tag a collection of spans."""
    return {"__type__": "ExecutionSpans", "__value__": {"spans": list(value)}}


def decode_slice_span(value: Any, _budget: Budget) -> Any:
    """Rebuild a span of slices."""
    return _decode_span(
        "SliceSpan", value, lambda shape, *data: (tuple(shape), slice(*data))
    )


def decode_double_slice_span(value: Any, _budget: Budget) -> Any:
    """Rebuild a span of slices of data and of shots."""
    return _decode_span(
        "DoubleSliceSpan",
        value,
        lambda shape, *ends: (tuple(shape), slice(*ends[:2]), slice(*ends[2:4])),
    )


def decode_twirled_span(value: Any, _budget: Budget) -> Any:
    """Rebuild a span of twirled slices."""
    return _decode_span("TwirledSliceSpan", value, _twirled)


def decode_twirled_span_v2(value: Any, _budget: Budget) -> Any:
    """Rebuild a span of twirled slices that knows the shots of its pubs."""
    return _decode_span(
        "TwirledSliceSpanV2",
        value,
        lambda *entry: (*_twirled(*entry[:-1]), entry[-1]),
    )


def decode_spans(value: Any, _budget: Budget) -> Any:
    """Rebuild a collection of spans."""
    spans = require_list(value["spans"], "spans")
    module = sys.modules.get(_SPANS)
    return NotImplemented if module is None else module.ExecutionSpans(spans)


def encode_learner_result(value: Any) -> dict[str, Any]:
    """Tag the result of the noise learner."""
    return {
        "__type__": "NoiseLearnerResult",
        "__value__": {"data": value.data, "metadata": value.metadata},
    }


def decode_learner_result(value: Any, _budget: Budget) -> Any:
    """Rebuild the result of the noise learner."""
    module = sys.modules.get(_LEARNER)
    if module is None:
        return NotImplemented
    return module.NoiseLearnerResult(value["data"], value.get("metadata"))


def encode_json_protocol(value: Any) -> dict[str, Any]:
    """Tag an object that describes itself by ``_json()``."""
    module = type(value).__module__
    return {
        "__type__": "_json",
        "__module__": _LEARNER_ON_WIRE if module == _LEARNER else module,
        "__class__": type(value).__name__,
        "__value__": flag_int_keys(value._json()),  # noqa: SLF001 - the protocol's name
    }


def decode_json_protocol(tagged: Mapping[str, Any], _budget: Budget) -> Any:
    """Rebuild the parts of a noise learner's result; all else stays a dict."""
    module = sys.modules.get(_LEARNER)
    name = str(tagged.get("__class__"))
    known = str(tagged.get("__module__")) in {_LEARNER, _LEARNER_ON_WIRE}
    if module is None or not known or name not in _LEARNER_CLASSES:
        return NotImplemented
    return getattr(module, name)(**restore_int_keys(tagged["__value__"]))


def _encode_span(tag: str, value: Any, entry: Callable[..., Any]) -> dict[str, Any]:
    slices = value._data_slices  # noqa: SLF001 - the official encoder's source too
    return {
        "__type__": tag,
        "__value__": {
            "start": value.start,
            "stop": value.stop,
            "data_slices": {
                index: entry(index, *parts) for index, parts in slices.items()
            },
        },
    }


def _decode_span(name: str, value: Any, entry: Callable[..., Any]) -> Any:
    module = sys.modules.get(_SPANS)
    if module is None:
        return NotImplemented
    slices = {int(key): entry(*parts) for key, parts in value["data_slices"].items()}
    return getattr(module, name)(value["start"], value["stop"], slices)


def _twirled(shape: Any, front: Any, *ends: Any) -> tuple[Any, ...]:
    return tuple(shape), front, slice(*ends[:2]), slice(*ends[2:4])


def _ends(part: slice) -> tuple[Any, Any]:
    return part.start, part.stop
