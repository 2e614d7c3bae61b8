"""Schemas with the document that their references point into, taken apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from program_runtime.metadata import compiled, schema_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "BOTH_ITEMS",
    "Part",
    "Parts",
    "TooComplexError",
    "combined",
    "equal",
    "fits",
    "reads_the_same",
    "same_text",
]

_APPLIED_IN_PLACE = frozenset(
    ["allOf", "anyOf", "oneOf", "not", "if", "$ref", "dependentSchemas"]
)
BOTH_ITEMS = "x-both-items"
"""Stands for ``items`` of 2019-09 beside ``prefixItems``, which is not compared."""
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class TooComplexError(Exception):
    """The schemas would take too long to compare."""


class Part(NamedTuple):
    """A schema somewhere in a document."""

    root: dict[str, Any] | bool
    """The document."""
    schema: Any

    def at(self, schema: Any) -> Part:
        """Return a schema of the same document."""
        return Part(self.root, schema)

    @property
    def rules(self) -> dict[str, Any]:
        """The keywords; true and false have none."""
        return self.schema if isinstance(self.schema, dict) else {}


Parts = tuple[Part, ...]
"""Schemas that all hold of one value."""


def combined(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield what all hold together when references and ``allOf`` are followed.

    What is true is left out; a schema that is ``false`` stays.
    """
    for part in parts:
        schema = part.schema
        if schema is True or schema == {}:
            continue
        if not isinstance(schema, dict):
            yield part
            continue
        own = {k: v for k, v in schema.items() if k not in {"$ref", "allOf"}}
        if own:
            yield part.at(_canonical(own, part))
        inner = [part.at(each) for each in schema.get("allOf", ())]
        target = _target(part)
        if target is not None:
            inner.append(target)
        yield from combined(inner)


def equal(one: Part, other: Part) -> bool:
    """Whether two schemas say the same, for the same reason."""
    return same_text(one.schema, other.schema) and reads_the_same(
        one, other, one.schema
    )


def same_text(one: Any, other: Any) -> bool:
    """Whether two pieces of schema are the same; to Python ``True`` is ``1``."""
    return bool(one == other) and _text(one) == _text(other)


def reads_the_same(one: Part, other: Part, piece: Any) -> bool:
    """Whether a piece of schema means the same in two documents."""
    if _draft(one.root) != _draft(other.root):
        return False
    return one.root == other.root or not _refers(piece)


def fits(part: Part, value: Any) -> bool:
    """Whether a value is valid, as the runtime judges it.

    Raises:
        work.TooMuchWorkError: That would take too long to say.
    """
    errors = compiled.checker(part.root).descend(value, part.schema)
    return next(iter(errors), None) is None


def _target(part: Part) -> Part | None:
    reference = part.rules.get("$ref")
    if not isinstance(reference, str):
        return None
    found: Any = part.root
    for step in schema_tree.target(reference) or ():
        found = found[int(step) if isinstance(found, list) else step]
    return part.at(found)


def _canonical(rules: dict[str, Any], whole: Part) -> dict[str, Any]:
    """Say in one way what the drafts say in several."""
    if isinstance(rules.get("items"), list) and _draft(whole.root) == "2019-09":
        rest = rules.get("additionalItems", True)
        both = "prefixItems" in rules
        first, rules = rules["items"], {**rules, "items": rest}
        rules[BOTH_ITEMS if both else "prefixItems"] = first
    if "unevaluatedProperties" in rules and not (
        _APPLIED_IN_PLACE & whole.rules.keys() or "additionalProperties" in rules
    ):
        rules = {**rules, "additionalProperties": rules["unevaluatedProperties"]}
        del rules["unevaluatedProperties"]
    return rules


def _draft(root: Any) -> str | None:
    return compiled.draft_of(root) if isinstance(root, dict) else None


def _refers(piece: Any) -> bool:
    text = _text(piece)
    return any(f'"{name}"' in text for name in _REFERENCES)


def _text(piece: Any) -> str:
    return json.dumps(piece, sort_keys=True)
