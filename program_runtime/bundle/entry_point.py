"""Whether a source holds the ``main`` that a program must have; it is not run."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, Final

from program_runtime.errors import Problem
from program_runtime.metadata import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["LEADING", "check_source"]

LEADING: Final = ("backend", "user_messenger")
_SIGNATURE = "write def main(backend, user_messenger, ...)"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = (ast.If, ast.Try, ast.With)


def check_source(source: bytes | str, *, path: str = "program.py") -> list[Problem]:
    """Return what keeps a source from being run as a program.

    Args:
        source: The text of program.py; nothing of it is executed.
        path: The name to report.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # style is not judged here
            tree = ast.parse(source, filename=path)
    except SyntaxError as error:
        place = f" at line {error.lineno}" if error.lineno else ""
        return [Problem(path=path, message=f"is no valid Python{place}: {error.msg}")]
    except (ValueError, UnicodeError) as error:
        return [Problem(path=path, message=f"is no valid Python: {error}")]
    except (RecursionError, MemoryError):
        return [Problem(path=path, message="is nested too deeply to be read")]
    found = [node for node in _statements(tree.body) if _binds_main(node)]
    # The last one counts, as it does when the module is executed; a function that
    # is wrapped afterwards, main = traced(main), is still the one to look at.
    found = [node for node in found if isinstance(node, _FUNCTIONS)] or found
    if not found:
        message = "has no function main at its top level"
        return [Problem(path=path, message=message, hint=_SIGNATURE)]
    return [
        Problem(path=f"{path}:{found[-1].lineno}", message=message, hint=hint)
        for message, hint in _faults(found[-1])
    ]


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of the top level, also those under if and try.

    Without recursion, as the sum of a thousand terms is nested a thousand deep.
    """
    todo = list(body)[::-1]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, _BLOCKS):
            inner = list(node.body)
            for handler in getattr(node, "handlers", []):
                inner += handler.body
            for name in ("orelse", "finalbody"):
                inner += getattr(node, name, [])
            todo += reversed(inner)


def _binds_main(node: ast.stmt) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name == "main"
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets = [node.target]
    else:
        return False
    return any(isinstance(each, ast.Name) and each.id == "main" for each in targets)


def _faults(node: ast.stmt) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, ast.AsyncFunctionDef):
        yield "main is an async function, must be a plain one", "write def main"
    elif not isinstance(node, ast.FunctionDef):
        yield "main is no function", _SIGNATURE
    else:
        given = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
        if tuple(given[:2]) != LEADING:
            shown = ", ".join(map(wording.name, given[:2])) or "nothing"
            message = f"main takes {shown} first, must take backend, user_messenger"
            yield message, _SIGNATURE
        if _yields(node.body):
            yield "main is a generator, must return its result", "publish instead"


def _yields(body: list[ast.stmt]) -> bool:
    nested = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    todo: list[ast.AST] = [*body]
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, nested):
            todo += ast.iter_child_nodes(node)
    return False
