"""Strict JSON: no duplicate names, no NaN, nothing that UTF-8 can not hold.

Two readers that disagree on a document are a way around a check, so whatever
JSON leaves open is refused here.
"""

from __future__ import annotations

import json
from typing import Any

from program_runtime.metadata import wording

__all__ = ["NotJsonError", "load"]


class NotJsonError(ValueError):
    """The text is not JSON; the message continues ``… is not JSON: ``."""


def load(source: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        NotJsonError: The text is not strict JSON.
    """
    try:
        text = source if isinstance(source, str) else source.decode("utf-8-sig")
        return json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except NotJsonError:
        raise
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotJsonError(f"{error.msg} at {where}") from error
    except UnicodeDecodeError as error:
        raise NotJsonError(f"byte {error.start + 1} is not UTF-8") from error
    except RecursionError as error:
        raise NotJsonError("it is nested too deeply") from error
    except ValueError as error:  # an integer of more digits than Python reads
        raise NotJsonError("it holds an integer of too many digits") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotJsonError(f"the name {wording.show(name)} stands twice")
        found[name] = value
    return found


def _refuse_constant(name: str) -> None:
    raise NotJsonError(f"{name} is no JSON number")
