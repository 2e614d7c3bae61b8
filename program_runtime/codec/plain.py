"""Python's own types on the wire, those that JSON lacks."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from program_runtime.errors import UndecodableError

if TYPE_CHECKING:
    from program_runtime.codec.limits import Budget


def encode_date(value: date) -> dict[str, Any]:
    """Tag a date or a datetime."""
    return {"__type__": "datetime", "__value__": value.isoformat()}


def decode_date(value: Any, _budget: Budget) -> datetime:
    """Rebuild a datetime; a plain date becomes its midnight, as it always did."""
    return datetime.fromisoformat(value)


def encode_complex(value: complex) -> dict[str, Any]:
    """Tag a complex number."""
    return {"__type__": "complex", "__value__": [value.real, value.imag]}


def encode_set(value: set[Any] | frozenset[Any]) -> dict[str, Any]:
    """Tag a set; a frozen one comes back as an equal plain one."""
    return {"__type__": "set", "__value__": list(value)}


def decode_set(value: Any, _budget: Budget) -> set[Any]:
    """Rebuild a set; lists in it were tuples, as sets can hold no lists."""
    return {_hashable(member) for member in require_list(value, "members of the set")}


def require_list(value: Any, what: str) -> list[Any]:
    """Return a list that a payload must hold.

    Raises:
        UndecodableError: it is anything else.
    """
    if not isinstance(value, list):
        raise UndecodableError(f"The {what} are no list.")
    return value


def decode_json_text(value: Any, _budget: Budget) -> Any:
    """Leave the text of an object's own ``to_json`` to the caller."""
    return value


def _hashable(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_hashable(item) for item in value)
    return value
