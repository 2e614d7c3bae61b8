"""Checkers made from schemas, kept for the next time.

jsonschema is imported here and only when a schema says something: it costs a
tenth of a second.
"""

from __future__ import annotations

import functools
import json
from typing import Any, Final

__all__ = ["DRAFTS", "checker", "draft_of", "prepare"]

DRAFTS: Final = {
    "https://json-schema.org/draft/2020-12/schema": "2020-12",
    "https://json-schema.org/draft/2019-09/schema": "2019-09",
}
_NEWEST = "2020-12"


def draft_of(schema: dict[str, Any]) -> str | None:
    """Return the draft a schema is written in, or None for one not supported."""
    name = schema.get("$schema")
    if name is None:
        return _NEWEST
    return DRAFTS.get(name.rstrip("#")) if isinstance(name, str) else None


def checker(schema: Any) -> Any:
    """Return the jsonschema validator of a schema.

    Raises:
        TypeError, ValueError: The schema is not JSON, or its draft is not known.
    """
    # In the order given, so that problems come in the order of the properties.
    return _checker(json.dumps(schema))


def prepare() -> None:
    """Import what checks need, for a process that is about to be forked."""
    checker({"type": "object"}).is_valid({})


@functools.lru_cache(maxsize=256)
def _checker(text: str) -> Any:
    import referencing  # noqa: PLC0415

    from program_runtime.metadata import dialects  # noqa: PLC0415

    schema = json.loads(text)
    draft: str | None = _NEWEST
    if isinstance(schema, dict):
        draft = draft_of(schema)
        # jsonschema would take "$schema" as an order to use its own keywords.
        schema = {k: v for k, v in schema.items() if k not in {"$schema", "$id"}}
    if draft is None:
        raise ValueError("the schema's draft is not supported")
    return dialects.CLASSES[draft](schema, registry=referencing.Registry())
