"""After encoding failed: which part of the value was it?

Nothing here costs anything as long as values can be encoded.
"""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

from program_runtime.errors import CodecError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 200
_KEY_TYPES = (str, int, float, bool, type(None))
_PLAIN_TYPES = (str, int, float, type(None))
_LONGEST_TEXT = 200

_HINTS = {
    "bytes": "Send numpy.frombuffer(data, dtype='uint8'), or base64 text.",
    "bytearray": "Send numpy.frombuffer(data, dtype='uint8'), or base64 text.",
    "memoryview": "Send numpy.asarray(view), or base64 text.",
    "generator": "Make it a list.",
}
_HINT = (
    "Use plain numbers, text, lists and dicts, NumPy arrays or Qiskit objects, or "
    "give the class a to_json() method."
)


class _Found(Exception):  # noqa: N818 - it ends the search, it is no error
    """Carries what to tell."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def describe_failure(
    value: Any, encoder: json.JSONEncoder, name: str, error: Exception
) -> tuple[str, str | None]:
    """Walk a value as the encoder does, until the part that it can not encode.

    Returns:
        A message with the path of that part, and a hint.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # given already, by the first attempt
            _visit(value, encoder, name, ())
    except _Found as found:
        return found.message, found.hint
    return f"{name} can not be serialised: {_text(error)}", None


def type_name(value: Any) -> str:
    """Name a value's type, with the module unless it is a builtin."""
    kind = type(value)
    if kind.__module__ == "builtins":
        return repr(kind.__qualname__)
    return repr(f"{kind.__module__}.{kind.__qualname__}")


def no_form(value: Any) -> str:
    """Say that there is no rule for a value's type."""
    return f"A value of type {type_name(value)} has no JSON form."


def hint_for(value: Any) -> str:
    """Say what to do about a value without JSON form."""
    return _HINTS.get(type(value).__name__, _HINT)


def _visit(
    value: Any, encoder: json.JSONEncoder, path: str, parents: tuple[int, ...]
) -> None:
    if isinstance(value, _PLAIN_TYPES):
        _check_plain(value, path)
        return
    if id(value) in parents:
        raise _Found(f"{path} refers back to a value that holds it.")
    if len(parents) > _DEEPEST:
        raise _Found(f"{_cut(path)} nests deeper than {_DEEPEST} levels.")
    inside = (*parents, id(value))
    if isinstance(value, dict):
        for key, item in value.items():
            _check_key(key, path)
            _visit(item, encoder, f"{path}[{_key(key)}]", inside)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _visit(item, encoder, f"{path}[{index}]", inside)
    else:
        for step, item in _parts(value, encoder, path):
            _visit(item, encoder, f"{path}{step}", inside)


def _parts(
    value: Any, encoder: json.JSONEncoder, path: str
) -> Iterator[tuple[str, Any]]:
    """Give what an object is encoded as; the fields of a tag are its attributes."""
    try:
        encoded = encoder.default(value)
    except Exception as err:
        # A part of the value may have failed, unseen from here: metadata of circuits.
        kind = type_name(value)
        # The second is what json.JSONEncoder says.
        if str(err).startswith(no_form(value)) or "not JSON serializable" in str(err):
            message = f"{path} is of type {kind}, which has no JSON form."
            raise _Found(message, hint_for(value)) from err
        raise _Found(
            f"{path}, of type {kind}, can not be serialised: {_text(err)}"
        ) from err
    tagged = isinstance(encoded, dict) and "__type__" in encoded
    inner = encoded.get("__value__") if tagged else encoded
    if tagged and isinstance(inner, dict):
        for key, item in inner.items():
            _check_key(key, path)
            yield f".{key}", item
    else:
        yield "", inner


def _key(key: Any) -> str:
    return json.dumps(key, ensure_ascii=False) if isinstance(key, str) else repr(key)


def _check_key(key: Any, path: str) -> None:
    if not isinstance(key, _KEY_TYPES):
        raise _Found(
            f"{path} has the key {_cut(repr(key))} of type {type_name(key)}.",
            "Keys of a dict must be text or numbers: str(key).",
        )


def _check_plain(value: Any, path: str) -> None:
    try:
        str(value)
    except ValueError as err:
        raise _Found(f"{path} is too large an integer: {_text(err)}") from err


def _text(error: Exception) -> str:
    if isinstance(error, CodecError):
        return error.message
    return f"{type(error).__name__}: {_cut(str(error))}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."
