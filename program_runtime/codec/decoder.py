"""From JSON text to values, without trusting the text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from program_runtime.codec.limits import Budget, DecodeLimits
from program_runtime.codec.tables import CLASS_TAGS, VALUE_TAGS, function
from program_runtime.errors import CodecError, UndecodableError

if TYPE_CHECKING:
    from collections.abc import Callable

_TAG = "__type__"
_JSON_TYPES = frozenset([dict, list, str, int, float, bool, type(None)])
_OF_ANYTHING = frozenset(["ndarray", "to_json"])
_PLAIN = json.JSONDecoder()
_DEFAULT_LIMITS = DecodeLimits()
_ALWAYS_SHORT = 16
_LONGEST_REASON = 500

# Those functions of VALUE_TAGS that were needed before.
_value_readers: dict[str, Callable[[Any, Budget], Any]] = {}


class RuntimeDecoder(json.JSONDecoder):
    """Decodes what a runtime encoder wrote; use it as ``cls`` of ``json.loads``.

    Only types that this package knows are rebuilt. Other tagged objects stay
    dicts: nothing that a text names is imported or called.

    Args:
        limits: bounds for a text and the payloads in it.
        budget: what is left of them while a text inside of a text is decoded.
        options: those of :class:`json.JSONDecoder`.

    Example:
        >>> text = '{"__type__": "complex", "__value__": [1, 2]}'
        >>> json.loads(text, cls=RuntimeDecoder)
        (1+2j)
    """

    def __init__(
        self,
        *,
        limits: DecodeLimits | None = None,
        budget: Budget | None = None,
        **options: Any,
    ) -> None:
        # Without tags Python's own decoder does, and it calls nothing.
        kind = type(self)
        self._is_plain = not options and kind.object_hook is RuntimeDecoder.object_hook
        options.setdefault("object_hook", self.object_hook)
        super().__init__(**options)
        self._budget = budget or Budget(limits or _DEFAULT_LIMITS)
        self._is_nested = budget is not None

    def limit(self, limits: DecodeLimits) -> None:
        """Set other bounds for the texts that follow."""
        self._budget = Budget(limits)

    def decode(self, s: str, *args: Any) -> Any:
        """Decode a text.

        Raises:
            UndecodableError: it exceeds the limits, or a tagged value in it is
                malformed.
            json.JSONDecodeError: it is no JSON.
        """
        if self._budget.used and not self._is_nested:
            self._budget = Budget(self._budget.limits)
        self._budget.open_text(s)
        try:
            if self._is_plain and _has_no_tag(s):
                return _PLAIN.decode(s)
            return super().decode(s, *args)
        finally:
            self._budget.close_text()

    def object_hook(self, o: dict[str, Any]) -> Any:
        """Rebuild a tagged value; any other object is returned as it is.

        Raises:
            UndecodableError: the tagged value is malformed or too large.
        """
        if _TAG not in o:
            return o
        try:
            if o[_TAG] == "complex":  # lists of amplitudes: a call is half the time
                real, imaginary = o["__value__"]
                return complex(real, imaginary)
            reader = _value_readers.get(o[_TAG])
            if reader is not None:
                result = reader(_content(o), self._budget)
            else:
                result = self._read_unusual(o)
        except Exception as err:
            # Qiskit's constructors raise anything when they are given anything.
            if not isinstance(o[_TAG], str):
                return o
            raise _undecodable(o[_TAG], err) from err
        return o if result is NotImplemented else result

    def _read_unusual(self, o: dict[str, Any]) -> Any:
        """Read a tag for the first time, one that names a class, or an unknown one."""
        tag = o[_TAG]
        if tag in CLASS_TAGS:
            return function(CLASS_TAGS[tag])(o, self._budget)
        if tag not in VALUE_TAGS:
            return NotImplemented
        reader = _value_readers[tag] = function(VALUE_TAGS[tag])
        return reader(_content(o), self._budget)


class NestedDecoder:
    """Decodes texts inside of a text; stands where a decoder class is expected."""

    __slots__ = ("_budget",)

    def __init__(self, budget: Budget) -> None:
        self._budget = budget

    def __call__(self, **_options: Any) -> NestedDecoder:
        """Be the instance, too: ``json.loads`` makes one for every text."""
        return self

    def decode(self, text: str) -> Any:
        """Decode one text, within the budget."""
        if len(text) <= _ALWAYS_SHORT and _has_no_tag(text):
            return _PLAIN.decode(text)
        return RuntimeDecoder(budget=self._budget).decode(text)


def decode(
    text: str | bytes,
    *,
    limits: DecodeLimits | None = None,
    decoder: type[json.JSONDecoder] = RuntimeDecoder,
) -> Any:
    """Decode JSON text that may come from anyone.

    Args:
        text: the JSON, as text or in UTF-8.
        limits: bounds for the text and the payloads in it.
        decoder: another decoder, usually derived from :class:`RuntimeDecoder`.

    Returns:
        The value.

    Raises:
        UndecodableError: it is no JSON, holds a malformed value, or exceeds the
            limits.

    Example:
        >>> decode('{"energy": NaN}')
        {'energy': nan}
    """
    limits = limits or _DEFAULT_LIMITS
    try:
        if isinstance(text, bytes | bytearray):
            text = text.decode("utf-8")
        # A short text can exceed no limit.
        is_short = len(text) <= min(limits.depth, limits.elements)
        if is_short and decoder is RuntimeDecoder and _has_no_tag(text):
            return _PLAIN.decode(text)
        if decoder is RuntimeDecoder:
            return RuntimeDecoder(limits=limits).decode(text)
        instance = decoder()
        if isinstance(instance, RuntimeDecoder):
            instance.limit(limits)
        else:
            Budget(limits).take_text(text)
        return instance.decode(text)
    except UndecodableError:
        raise
    except UnicodeDecodeError as err:
        raise UndecodableError(f"The text is not UTF-8: {err}.") from err
    except RecursionError as err:
        raise UndecodableError("The text nests too deep.") from err
    except ValueError as err:
        raise UndecodableError(f"The text is no JSON: {err}.") from err


def _content(o: dict[str, Any]) -> Any:
    """Return what a tag is about: JSON, not a value that was rebuilt before.

    Some of Qiskit's classes answer to any index, so that reading them never ends.
    """
    value = o["__value__"]
    if type(value) not in _JSON_TYPES and o[_TAG] not in _OF_ANYTHING:
        raise UndecodableError(f"It is about a {type(value).__name__}.")
    return value


def _undecodable(tag: str, error: Exception) -> UndecodableError:
    """Say which tagged value failed, and why."""
    hint = error.hint if isinstance(error, CodecError) else None
    return UndecodableError(
        f"A value with the tag {tag!r} can not be decoded. {describe(error)}", hint=hint
    )


def describe(error: Exception) -> str:
    """Say what failed; others than this package repeat all that they were given."""
    if isinstance(error, CodecError):
        return error.message
    text = f"{type(error).__name__}: {error}"
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}..."


def _has_no_tag(text: str) -> bool:
    """Tell whether a text has no tag, not even one with escaped letters."""
    return _TAG not in text and ("\\" not in text or "\\u00" not in text)
