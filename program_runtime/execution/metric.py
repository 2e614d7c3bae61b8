"""Metrics are the one kind of message that the server looks into."""

from __future__ import annotations

import json
import math
import sys

__all__ = ["check_metric"]

_VALUES = 1000
_NAME_CHARS = 200
_LARGEST_INTEGER = 2**63


def check_metric(text: str) -> str:
    """Read a metric strictly and write it anew, since it may be forged.

    Args:
        text: What the child sent.

    Returns:
        ``{"step": integer or null, "values": {name: number}}``.

    Raises:
        ValueError: It is anything else.

    Example:
        >>> check_metric('{"values": {"energy": -1.8}, "step": 3, "more": 1}')
        '{"step": 3, "values": {"energy": -1.8}}'
    """
    try:
        content = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(content, dict) or not isinstance(content.get("values"), dict):
        raise ValueError('it is no object with "values"')  # noqa: TRY004 - content, not code
    step = content.get("step")
    if step is not None and (type(step) is not int or abs(step) > _LARGEST_INTEGER):
        raise ValueError("its step is no integer of 64 bits")
    values = content["values"]
    if len(values) > _VALUES:
        raise ValueError(f"it has {len(values)} values, the limit is {_VALUES}")
    for name, number in values.items():
        _check_name(name)
        if not _is_finite(number):
            raise ValueError(f"{name!r} is no finite number")
    return json.dumps({"step": step, "values": values})


def _check_name(name: str) -> None:
    if len(name) > _NAME_CHARS:
        raise ValueError(f"a name has more than {_NAME_CHARS} characters")
    if "\0" in name or any("\ud800" <= char <= "\udfff" for char in name):
        raise ValueError(f"the name {name!r} is no text")


def _is_finite(number: object) -> bool:
    if type(number) is int:  # one of many digits is beyond every float
        return abs(number) <= sys.float_info.max
    return type(number) is float and math.isfinite(number)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
