"""The imports of a module, read from its tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Import", "absolute", "imports"]

_CATCHES_IMPORT_ERROR = {
    "ImportError",
    "ModuleNotFoundError",
    "Exception",
    "BaseException",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported name: ``from a.b import c`` is module ``a.b``, name ``c``."""

    module: str
    name: str | None
    """None for ``import a.b``; ``*`` stays as it is."""
    level: int
    """The number of leading dots."""
    line: int
    guarded: bool
    """In a ``try`` that catches ImportError: the program lives without it."""
    alias: str | None = None
    """The name behind ``as``."""

    @property
    def dotted(self) -> str:
        """The whole name, without leading dots."""
        return ".".join(part for part in (self.module, self.name) if part)

    @property
    def binds(self) -> str:
        """The name that the module has it under: ``a`` for ``import a.b``."""
        return self.alias or self.name or self.module.split(".", 1)[0]

    @property
    def bound(self) -> str:
        """The dotted name of what it binds."""
        plain = self.alias is None and self.name is None
        return self.binds if plain else self.dotted


def imports(tree: ast.Module) -> Iterator[Import]:
    """Find every import that can run, those inside functions included.

    Args:
        tree: The module's tree.

    Yields:
        The imports; those under ``if TYPE_CHECKING:`` never run and are left out.
    """
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, guarded = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _of_statement(node, guarded=guarded)
        elif isinstance(node, ast.If) and _is_type_checking(node.test):
            waiting.extend((child, guarded) for child in reversed(node.orelse))
        elif isinstance(node, ast.Try | ast.TryStar):
            inside = guarded or _catches_import_error(node)
            rest = [*node.handlers, *node.orelse, *node.finalbody]
            waiting.extend((child, guarded) for child in reversed(rest))
            waiting.extend((child, inside) for child in reversed(node.body))
        else:
            children = list(ast.iter_child_nodes(node))
            waiting.extend((child, guarded) for child in reversed(children))


def absolute(imported: Import, importer: str) -> str | None:
    """Resolve an import to a dotted name from the project's top.

    Args:
        imported: The import.
        importer: The path of the file that it stands in, relative to the project.

    Returns:
        The whole name, or None when the dots lead out of the top package, which
        Python refuses.
    """
    if imported.level == 0:
        return imported.dotted
    package = importer.split("/")[:-1]
    if imported.level > len(package):
        return None
    kept = package[: len(package) - imported.level + 1]
    return ".".join([*kept, *([imported.dotted] if imported.dotted else [])])


def _of_statement(
    node: ast.Import | ast.ImportFrom, *, guarded: bool
) -> Iterator[Import]:
    for alias in node.names:
        if isinstance(node, ast.Import):
            module, name, level = alias.name, None, 0
        else:
            module, name, level = node.module or "", alias.name, node.level
        yield Import(
            module=module,
            name=name,
            level=level,
            line=alias.lineno,
            guarded=guarded,
            alias=alias.asname,
        )


def _is_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _catches_import_error(node: ast.Try | ast.TryStar) -> bool:
    for handler in node.handlers:
        if handler.type is None:
            return True
        caught = (
            handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        )
        if any(getattr(kind, "id", None) in _CATCHES_IMPORT_ERROR for kind in caught):
            return True
    return False
