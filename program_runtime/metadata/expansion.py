"""How much a schema makes of itself through references.

Ten definitions that each name the next one twice are a thousand checks of one
value; a definition that names itself is a check without end.
"""

from __future__ import annotations

from typing import Final

from program_runtime.errors import Problem
from program_runtime.metadata import schema_tree

__all__ = ["MAX_CHAIN", "MAX_CHECKS", "check"]

MAX_CHECKS: Final = 5_000
MAX_CHAIN: Final = 50


def check(tree: schema_tree.Tree, path: str) -> list[Problem]:
    """Return a problem if one value would be checked too often, or without end."""
    counter = _Counter(tree)
    for parts in tree:
        message = counter.count(parts)
        if message:
            return [Problem(path=schema_tree.path_of(path, parts), message=message)]
    return []


class _Counter:
    """Counts the checks of one value, each place of the schema once."""

    def __init__(self, tree: schema_tree.Tree) -> None:
        self._tree = tree
        self._known: dict[schema_tree.Parts, tuple[int, int]] = {}

    def count(self, parts: schema_tree.Parts) -> str | None:
        """Return what is wrong with the schema at a place, or None."""
        try:
            self._visit(parts, frozenset())
        except _EndlessError as error:
            return str(error)
        return None

    def _visit(
        self, parts: schema_tree.Parts, above: frozenset[schema_tree.Parts]
    ) -> tuple[int, int]:
        """Return the number of checks and the longest chain from a place."""
        if parts in self._known:
            return self._known[parts]
        if parts in above:
            raise _EndlessError("refers to itself without end")
        if len(above) > MAX_CHAIN:
            raise _EndlessError(f"follows more than {MAX_CHAIN} schemas in a row")
        checks, chain = 1, 0
        for following in self._following(parts):
            more, height = self._visit(following, above | {parts})
            checks, chain = checks + more, max(chain, height)
        if checks > MAX_CHECKS:
            raise _EndlessError(f"makes more than {MAX_CHECKS:,} checks of one value")
        if chain + 1 > MAX_CHAIN:
            raise _EndlessError(f"follows more than {MAX_CHAIN} schemas in a row")
        self._known[parts] = checks, chain + 1
        return self._known[parts]

    def _following(self, parts: schema_tree.Parts) -> list[schema_tree.Parts]:
        schema = self._tree[parts]
        found = [(*parts, *more) for more in schema_tree.in_place(schema)]
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        target = schema_tree.target(reference) if isinstance(reference, str) else None
        return [*found, target] if target is not None else found


class _EndlessError(Exception):
    """The message says how."""
