"""Whether a schema may be used: valid, bounded, and complete in itself.

A schema comes from a stranger and is run by whoever calls the program, so what
could fetch something, never end or take exponential time is refused here, when
the one who can mend it is present.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from program_runtime.errors import Problem
from program_runtime.metadata import (
    bounds,
    compiled,
    expansion,
    problems,
    schema_keywords,
    schema_tree,
    wording,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "check_schema"]

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 40
MAX_NODES: Final = 5_000
_SHOWN_ERRORS = 20


def check_schema(schema: Any, *, path: str = "$") -> list[Problem]:
    """Return what keeps a JSON Schema from being used, all of it at once.

    Args:
        schema: The schema, of draft 2020-12 or 2019-09.
        path: The schema's own path, with which the problems' paths begin.
    """
    if isinstance(schema, bool):
        return []
    if not isinstance(schema, dict):
        message = f"is {wording.show(schema)}, must be a JSON Schema, an object"
        return [Problem(path=path, message=message)]
    too_large = _too_large(schema, path)
    if too_large:
        return too_large
    if compiled.draft_of(schema) is None:
        return [_unknown_draft(schema["$schema"], path)]
    tree = schema_tree.positions(schema)
    found = problems.bounded(
        problem
        for parts, subschema in tree.items()
        for problem in schema_keywords.check(subschema, parts, tree, path)
    )
    known = {problem.path for problem in found}
    found += [each for each in _invalid(schema, path) if each.path not in known]
    return problems.bounded(found) or expansion.check(tree, path)


def _too_large(schema: dict[str, Any], path: str) -> list[Problem]:
    exceeded = bounds.exceeded(schema, depth=MAX_DEPTH, nodes=MAX_NODES, path=path)
    if exceeded:
        return exceeded
    size = len(json.dumps(schema, separators=(",", ":"), ensure_ascii=False).encode())
    if size > MAX_BYTES:
        message = f"has {size:,} bytes, a schema may have {MAX_BYTES:,}"
        return [Problem(path=path, message=message)]
    return []


def _unknown_draft(name: Any, path: str) -> Problem:
    return Problem(
        path=wording.join(path, ["$schema"]),
        message=f"is {wording.show(name)}, which is not supported",
        hint="write the schema in draft 2020-12 or 2019-09",
    )


def _invalid(schema: dict[str, Any], path: str) -> Iterator[Problem]:
    """Yield where a schema breaks the rules of its draft."""
    from jsonschema import validators  # noqa: PLC0415 - a tenth of a second

    drafts = {
        "2020-12": validators.Draft202012Validator,
        "2019-09": validators.Draft201909Validator,
    }
    draft = drafts[compiled.draft_of(schema) or "2020-12"]
    errors = draft(draft.META_SCHEMA).iter_errors(schema)
    for number, error in enumerate(errors):
        if number == _SHOWN_ERRORS:
            return
        yield Problem(
            path=wording.join(path, error.absolute_path),
            message=f"is no valid JSON Schema: {error.message[:200]}",
        )
