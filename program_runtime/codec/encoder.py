"""From values to JSON text."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

from program_runtime.codec.culprit import describe_failure, hint_for, no_form
from program_runtime.codec.limits import DecodeLimits, measure
from program_runtime.codec.tables import encoder_for, function
from program_runtime.errors import IncompatibleVersionsError, UnserializableError

if TYPE_CHECKING:
    from collections.abc import Callable

# A type's rule never changes. Only types with a rule are kept here: few.
_rules: dict[type, Callable[[Any], Any]] = {}

_READER = DecodeLimits()


class RuntimeEncoder(json.JSONEncoder):
    """Encodes Python, NumPy and Qiskit values; use it as ``cls`` of ``json.dumps``.

    Example:
        >>> json.dumps({"energy": 1 + 2j}, cls=RuntimeEncoder)
        '{"energy": {"__type__": "complex", "__value__": [1.0, 2.0]}}'
    """

    def default(self, o: Any) -> Any:
        """Turn a value that JSON lacks into one that it has.

        Raises:
            UnserializableError: there is no rule for its type.
        """
        kind = type(o)
        if kind is complex:  # lists of amplitudes: a call is half the time
            return {"__type__": "complex", "__value__": [o.real, o.imag]}
        rule = _rules.get(kind)
        if rule is None:
            rule = encoder_for(kind)
            if rule is None:
                return _by_its_own_methods(o)
            _rules[kind] = rule
        return rule(o)


def encode(
    value: Any,
    *,
    encoder: type[json.JSONEncoder] = RuntimeEncoder,
    name: str = "value",
) -> str:
    """Encode a value as JSON text.

    NaN and infinity become the tokens ``NaN``, ``Infinity`` and ``-Infinity``, as
    Python's ``json`` and the official clients write and read them.

    Args:
        value: plain data, NumPy arrays, Qiskit objects, and nested combinations.
        encoder: another encoder, usually derived from :class:`RuntimeEncoder`.
        name: what error messages call the value.

    Returns:
        The text, in ASCII.

    Raises:
        UnserializableError: a part of it has no JSON form, is cyclic, or nests
            deeper than :class:`DecodeLimits` lets readers follow; the message
            names the part.
        IncompatibleVersionsError: a circuit holds what the Qiskit of the reader is too
            old for (see `program_runtime.codec.wire`).

    Example:
        >>> encode({"iteration": 3, "energy": -1.85})
        '{"iteration": 3, "energy": -1.85}'
    """
    instance = _ENCODER if encoder is RuntimeEncoder else encoder()
    try:
        text = instance.encode(value)
    except IncompatibleVersionsError:
        raise  # it says all there is to say
    except Exception as err:
        # Whatever an object's own method raised while it described itself.
        message, hint = describe_failure(value, instance, name, err)
        raise UnserializableError(message, hint=hint) from err
    elements, depth = measure(text, depth=_READER.depth, elements=_READER.elements)
    if depth > _READER.depth:
        raise UnserializableError(
            f"{name} nests {depth} levels deep; readers accept {_READER.depth}."
        )
    if elements > _READER.elements:
        raise UnserializableError(
            f"{name} holds {elements} values; readers accept {_READER.elements}.",
            hint="Use a NumPy array for many numbers: it counts as one value.",
        )
    return text


def _by_its_own_methods(value: Any) -> Any:
    """Ask a value of unknown type to describe itself, as the official encoder does."""
    if not isinstance(value, type):
        if hasattr(value, "to_json"):
            return {"__type__": "to_json", "__value__": value.to_json()}
        if hasattr(value, "settings"):
            return function("operators.encode_settings")(value)
        if hasattr(value, "_json"):
            return function("official.encode_json_protocol")(value)
    if callable(value):
        warnings.warn(
            f"A function can not be serialised, it is sent as null: {value!r}",
            stacklevel=2,
        )
        return None
    raise UnserializableError(no_form(value), hint=hint_for(value))


_ENCODER = RuntimeEncoder()
