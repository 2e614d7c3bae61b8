"""The signature of ``main``, read from the source; the program is never imported."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING

from toolkit.errors import InterfaceError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "LEADING",
    "Interface",
    "Parameter",
    "ParameterKind",
    "Reason",
    "parse_source",
    "read_interface",
]

LEADING = ("backend", "user_messenger")
"""What every ``main`` takes first."""

_SKELETON = "def main(backend, user_messenger, **inputs):"


_BLOCKS = (ast.If, ast.Try, ast.TryStar)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Reason(StrEnum):
    """Why a source has no usable ``main``."""

    SYNTAX = "syntax"
    NO_MAIN = "no_main"
    NOT_A_FUNCTION = "not_a_function"
    ASYNC = "async"
    NESTED = "nested"
    LEADING = "leading"
    GENERATOR = "generator"


class ParameterKind(StrEnum):
    """How a parameter of ``main`` takes its value."""

    POSITIONAL_ONLY = "positional_only"
    NORMAL = "normal"
    KEYWORD_ONLY = "keyword_only"
    VAR_POSITIONAL = "var_positional"
    VAR_KEYWORD = "var_keyword"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of ``main``; annotation and default are source text."""

    name: str
    kind: ParameterKind
    annotation: str | None = None
    default: str | None = None
    has_default: bool = False
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """What ``main`` takes, apart from ``backend`` and ``user_messenger``."""

    parameters: tuple[Parameter, ...]
    leading: tuple[str, ...]
    docstring: str | None
    line: int
    """Where ``def main`` stands, from 1."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What the module assigns to the names in annotations and defaults, as source."""

    @property
    def inputs(self) -> tuple[Parameter, ...]:
        """The parameters that an input can reach by its name."""
        named = (ParameterKind.NORMAL, ParameterKind.KEYWORD_ONLY)
        return tuple(p for p in self.parameters if p.kind in named)

    @property
    def accepts_any(self) -> bool:
        """Whether ``**inputs`` takes every other name."""
        return any(p.kind is ParameterKind.VAR_KEYWORD for p in self.parameters)


def parse_source(source: str | bytes, filename: str = "program.py") -> ast.Module:
    """Parse Python source without running it.

    Args:
        source: The text, or the file's bytes with their own encoding declaration.
        filename: Named in the error.

    Returns:
        The syntax tree.

    Raises:
        InterfaceError: The text is no Python; ``reason`` is ``syntax``.
    """
    try:
        with warnings.catch_warnings():
            # An invalid escape is the author's business, not a warning of ours.
            warnings.simplefilter("ignore")
            return ast.parse(source, filename)
    except SyntaxError as err:
        raise InterfaceError(
            f"{filename}:{err.lineno or 1}: {err.msg}",
            reason=Reason.SYNTAX,
            line=err.lineno,
        ) from err
    except (ValueError, RecursionError, MemoryError) as err:
        raise InterfaceError(
            f"{filename}: not readable as Python: {err}",
            reason=Reason.SYNTAX,
            line=None,
        ) from err


def read_interface(
    source: str | bytes | ast.Module, filename: str = "program.py"
) -> Interface:
    """Read the signature of ``main``.

    Args:
        source: Source text or bytes, or a tree that is already parsed.
        filename: Named in errors.

    Returns:
        The interface; the last top-level ``def main`` wins, as in Python.

    Raises:
        InterfaceError: There is no ``main`` that the service could call.

    Example:
        >>> read_interface("def main(backend, user_messenger, *, n=3): ...").parameters
        (Parameter(name='n', kind=<ParameterKind.KEYWORD_ONLY: 'keyword_only'>, \
annotation=None, default='3', has_default=True, line=1),)
    """
    tree = source if isinstance(source, ast.Module) else parse_source(source, filename)
    found = _find_main(tree, filename)
    positional = (*found.args.posonlyargs, *found.args.args)
    leading = tuple(argument.arg for argument in positional[:2])
    if leading != LEADING:
        raise InterfaceError(
            f"{filename}:{found.lineno}: main takes ({_text(found.args)}) "
            f"where it must begin with ({', '.join(LEADING)})",
            reason=Reason.LEADING,
            line=found.lineno,
            hint=f"Write `{_SKELETON}`.",
        )
    if _is_generator(found):
        raise InterfaceError(
            f"{filename}:{found.lineno}: main is a generator, which runs nothing",
            reason=Reason.GENERATOR,
            line=found.lineno,
            hint="Publish with user_messenger.publish instead of yield.",
        )
    return Interface(
        parameters=_parameters(found.args),
        leading=leading,
        docstring=ast.get_docstring(found),
        line=found.lineno,
        names=_named(found.args, _assigned(tree)),
    )


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """What the module assigns to single names; the last assignment counts."""
    found: dict[str, ast.expr] = {}
    for statement in _module_level(tree.body):
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                found[name] = value
            case _ if type(statement).__name__ == "TypeAlias":  # from Python 3.12 on
                found[statement.name.id] = statement.value  # type: ignore[attr-defined]
    return found


def _named(
    arguments: ast.arguments, assigned: Mapping[str, ast.expr]
) -> dict[str, str]:
    """Follow the names that the signature uses."""
    found: dict[str, str] = {}
    waiting: list[ast.AST] = [arguments]
    while waiting:
        for name in _names(waiting.pop()):
            if name.id in assigned and name.id not in found:
                found[name.id] = _text(assigned[name.id]) or ""
                waiting.append(assigned[name.id])
    return found


def _find_main(tree: ast.Module, filename: str) -> ast.FunctionDef:
    statements = _module_level(tree.body)
    bindings = [each for each in statements if "main" in _bound_names(each)]
    # A function that is wrapped afterwards, main = traced(main), is still the one.
    functions = [each for each in bindings if isinstance(each, _FUNCTIONS)]
    for binding in (functions or bindings)[-1:]:
        if isinstance(binding, ast.FunctionDef):
            return binding
        raise _not_a_function(binding, filename)
    for node in ast.walk(tree):
        if isinstance(node, _FUNCTIONS) and node.name == "main":
            raise InterfaceError(
                f"{filename}:{node.lineno}: main is defined inside another block, "
                "where the service can not reach it",
                reason=Reason.NESTED,
                line=node.lineno,
                hint=f"Define it at the top level: `{_SKELETON}`.",
            )
    raise InterfaceError(
        f"{filename} defines no function main",
        reason=Reason.NO_MAIN,
        line=None,
        hint=f"Add `{_SKELETON}`.",
    )


def _module_level(body: list[ast.stmt]) -> list[ast.stmt]:
    """List statements that run at import, those in if, try and with included."""
    found: list[ast.stmt] = []
    waiting = list(reversed(body))
    while waiting:  # No recursion: a chain of elif nests as deep as it is long.
        statement = waiting.pop()
        found.append(statement)
        if isinstance(statement, _BLOCKS):
            handlers = [s for h in getattr(statement, "handlers", ()) for s in h.body]
            inner = [*statement.body, *handlers, *statement.orelse]
            waiting += reversed([*inner, *getattr(statement, "finalbody", ())])
        elif isinstance(statement, ast.With):
            waiting += reversed(statement.body)
    return found


def _bound_names(statement: ast.stmt) -> set[str]:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {statement.name}
        case ast.Import() | ast.ImportFrom():
            return {alias.asname or alias.name for alias in statement.names}
        case ast.Assign():
            return {n.id for t in statement.targets for n in _names(t)}
        case ast.AnnAssign():
            return {n.id for n in _names(statement.target)}
    return set()


def _names(target: ast.AST) -> list[ast.Name]:
    return [node for node in ast.walk(target) if isinstance(node, ast.Name)]


def _not_a_function(binding: ast.stmt, filename: str) -> InterfaceError:
    where = f"{filename}:{binding.lineno}"
    if isinstance(binding, ast.AsyncFunctionDef):
        return InterfaceError(
            f"{where}: main is async, but the service calls it as a plain function",
            reason=Reason.ASYNC,
            line=binding.lineno,
            hint="Write `def main` and call asyncio.run inside it.",
        )
    what = {
        ast.ClassDef: "a class",
        ast.Import: "an import",
        ast.ImportFrom: "an import",
    }.get(type(binding), "an assigned value")
    return InterfaceError(
        f"{where}: main is {what}, not a function defined here",
        reason=Reason.NOT_A_FUNCTION,
        line=binding.lineno,
        hint=f"Write `{_SKELETON}` in {filename}; its signature is the interface.",
    )


def _is_generator(function: ast.FunctionDef) -> bool:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, (*_FUNCTIONS, ast.Lambda, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def _parameters(arguments: ast.arguments) -> tuple[Parameter, ...]:
    positional = [
        *((a, ParameterKind.POSITIONAL_ONLY) for a in arguments.posonlyargs),
        *((a, ParameterKind.NORMAL) for a in arguments.args),
    ]
    defaults = [None] * (len(positional) - len(arguments.defaults))
    with_defaults = zip_longest(positional, [*defaults, *arguments.defaults])
    found = [_parameter(a, kind, default) for (a, kind), default in with_defaults][2:]
    if arguments.vararg:
        found.append(_parameter(arguments.vararg, ParameterKind.VAR_POSITIONAL, None))
    found.extend(
        _parameter(a, ParameterKind.KEYWORD_ONLY, default)
        for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    )
    if arguments.kwarg:
        found.append(_parameter(arguments.kwarg, ParameterKind.VAR_KEYWORD, None))
    return tuple(found)


def _parameter(
    argument: ast.arg, kind: ParameterKind, default: ast.expr | None
) -> Parameter:
    return Parameter(
        name=argument.arg,
        kind=kind,
        annotation=_text(argument.annotation),
        default=_text(default),
        has_default=default is not None,
        line=argument.lineno,
    )


def _text(node: ast.AST | None) -> str | None:
    if node is None:
        return None
    try:
        return ast.unparse(node)
    except RecursionError:
        return "..."
