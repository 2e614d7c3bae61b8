"""Metrics are the one kind of message that the server looks into."""

from __future__ import annotations

import json
import math

__all__ = ["check_metric"]

_VALUES = 1000
_NAME_CHARS = 200


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
    if step is not None and type(step) is not int:
        raise ValueError("its step is no integer")
    values = content["values"]
    if len(values) > _VALUES:
        raise ValueError(f"it has {len(values)} values, the limit is {_VALUES}")
    for name, number in values.items():
        if len(name) > _NAME_CHARS:
            raise ValueError(f"a name has more than {_NAME_CHARS} characters")
        if type(number) not in (int, float) or not math.isfinite(number):
            raise ValueError(f"{name!r} is no finite number")
    return json.dumps({"step": step, "values": values})


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
