"""Does importing the program do more than define things?

A program is imported before each run, in a child that has not yet read its inputs.
What happens there can not be seen, timed or cancelled as part of the job.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from toolkit.checks.finding import Code, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "check"]

SIDE_EFFECT = Code("QRT130", Severity.WARNING, "Importing the program does something")

CODES = (SIDE_EFFECT,)

# Calls that may stand alone at the top level: they only set up.
_SET_UP = {
    "addHandler",
    "filterwarnings",
    "register",
    "setLevel",
    "simplefilter",
    "update_wrapper",
}
# Calls that do something even where their value is kept in a constant.
_EFFECTS = {
    "__import__",
    "connect",
    "eval",
    "exec",
    "input",
    "load",
    "loadtxt",
    "minimize",
    "mkdir",
    "open",
    "Popen",
    "print",
    "read_bytes",
    "read_text",
    "run",
    "save",
    "savetxt",
    "sleep",
    "submit",
    "system",
    "unlink",
    "urlopen",
    "urlretrieve",
    "write_bytes",
    "write_text",
}
_IO_MODULES = {"requests", "httpx", "socket", "subprocess", "shutil", "urllib"}
_HARMLESS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Pass,
    ast.Assert,
    ast.Delete,
    ast.Global,
    ast.Raise,
)
_SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.GeneratorExp,
)
_HINT = "Do it in main, or under `if __name__ == '__main__':`."


def check(context: CheckContext) -> Iterator[Finding]:
    """Report top-level calls, loops and input or output."""
    for module in context.modules:
        if module.tree is None:
            continue
        for line, what in _effects(module.tree):
            yield SIDE_EFFECT.finding(
                f"{what} at import.", path=module.path, line=line, hint=_HINT
            )


def _effects(tree: ast.Module) -> Iterator[tuple[int, str]]:
    waiting: list[ast.stmt] = list(reversed(tree.body))
    while waiting:
        statement = waiting.pop()
        match statement:
            case ast.If() if _is_main_guard(statement.test):
                waiting.extend(reversed(statement.orelse))
            case ast.If():
                yield from _of_value(statement.test)
                waiting.extend(reversed([*statement.body, *statement.orelse]))
            case ast.Try() | ast.TryStar():
                handled = [s for h in statement.handlers for s in h.body]
                inner = [*statement.body, *handled, *statement.orelse]
                waiting.extend(reversed([*inner, *statement.finalbody]))
            case ast.ClassDef():
                waiting.extend(reversed(statement.body))
            case ast.For() | ast.While() | ast.AsyncFor():
                yield statement.lineno, "A loop runs"
            case ast.With() | ast.AsyncWith():
                yield statement.lineno, "A with block runs"
            case _ if isinstance(statement, _HARMLESS):
                pass
            case _:
                yield from _of_statement(statement)


def _of_statement(statement: ast.stmt) -> Iterator[tuple[int, str]]:
    if isinstance(statement, ast.Expr):
        if isinstance(statement.value, ast.Call):
            name = _called(statement.value)
            if name.rpartition(".")[2] not in _SET_UP:
                yield statement.lineno, f"{name} is called"
        else:
            yield from _of_value(statement.value)
    elif isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = (
            statement.targets
            if isinstance(statement, ast.Assign)
            else [statement.target]
        )
        for target in targets:
            if "environ" in _dotted(getattr(target, "value", target)).split("."):
                yield statement.lineno, "The environment is changed"
        if statement.value is not None:
            yield from _of_value(statement.value)


def _of_value(value: ast.expr) -> Iterator[tuple[int, str]]:
    """Find calls with an effect; bodies of functions do not run yet."""
    waiting: list[ast.AST] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _SCOPES):
            continue
        if isinstance(node, ast.Call):
            name = _called(node)
            first, _, last = name.rpartition(".")
            if last in _EFFECTS or first.split(".")[0] in _IO_MODULES:
                yield node.lineno, f"{name} is called"
        waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _is_main_guard(test: ast.expr) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test)
    )


def _called(call: ast.Call) -> str:
    return _dotted(call.func) or "A function"


def _dotted(node: ast.AST) -> str:
    """Spell ``a.b.c``; parts that are no names are left out."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            break
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))
