"""Does the program use names that Qiskit and its runtime no longer have?"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from toolkit.checks import import_scan
from toolkit.checks.finding import Code, Severity
from toolkit.checks.moved_names import DROP_INS
from toolkit.checks.removed_names import REMOVED_IMPORTS, REMOVED_METHODS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "check", "replacement"]

REMOVED = Code("QRT140", Severity.WARNING, "An import was removed from Qiskit")
REMOVED_METHOD = Code("QRT141", Severity.WARNING, "A method was removed from Qiskit")

CODES = (REMOVED, REMOVED_METHOD)

_FAKES = "qiskit.providers.fake_provider.Fake"


def replacement(dotted: str) -> str | None:
    """Tell what replaces a removed name, for it and everything below it."""
    if dotted in DROP_INS:
        return DROP_INS[dotted]
    if dotted.startswith(_FAKES):
        return REMOVED_IMPORTS[_FAKES]
    parts = dotted.split(".")
    for length in range(len(parts), 1, -1):
        found = REMOVED_IMPORTS.get(".".join(parts[:length]))
        if found:
            return found
    return None


def check(context: CheckContext) -> Iterator[Finding]:
    """Report imports, uses and calls of what is gone."""
    trees = [(m.tree, m.path) for m in context.modules if m.tree is not None]
    # A method may be called in one file and be the program's own in another.
    own = {name for tree, _ in trees for name in _defined(tree)}
    for tree, path in trees:
        yield from _imports(tree, path)
        yield from _methods(tree, path, own)


def _imports(tree: ast.Module, path: str) -> Iterator[Finding]:
    seen: set[tuple[int, str]] = set()
    bound: dict[str, str] = {}
    for imported in import_scan.imports(tree):
        instead = None if imported.level else replacement(imported.dotted)
        if instead is None and not imported.level:
            bound[imported.binds] = imported.bound
        place = imported.line, imported.dotted
        if instead and not imported.guarded and place not in seen:
            seen.add(place)
            yield _finding(imported.dotted, instead, path, imported.line)
    for line, dotted in _uses(tree, bound):
        instead = replacement(dotted)
        if instead and (line, dotted) not in seen:
            seen.add((line, dotted))
            yield _finding(dotted, instead, path, line)


def _finding(dotted: str, instead: str, path: str, line: int) -> Finding:
    message = f"{dotted} no longer exists."
    return REMOVED.finding(message, path=path, line=line, hint=f"Use {instead}.")


def _uses(tree: ast.Module, bound: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Spell out ``qk.execute`` after ``import qiskit as qk``; the longest names."""
    own = set(_rebound(tree))  # circuit.bit of a parameter named circuit is no module
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        parts: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if parts and isinstance(inner, ast.Name):
            if inner.id in bound and inner.id not in own:
                yield node.lineno, ".".join([bound[inner.id], *reversed(parts)])  # type: ignore[attr-defined]
        else:
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _rebound(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def _methods(tree: ast.Module, path: str, own: Collection[str]) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if name in REMOVED_METHODS and name not in own:
                yield REMOVED_METHOD.finding(
                    f"The method {name} no longer exists.",
                    path=path,
                    line=node.func.end_lineno,
                    hint=f"Use {REMOVED_METHODS[name]}.",
                )
