"""Annotations of ``main`` as JSON Schema; read from the source, never evaluated.

Words of types have their meaning by their last name, as in ``np.ndarray`` and
``ndarray``: what a module imported them from is not looked up.
"""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

from toolkit.errors import AnnotationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["schema_of"]

_PLAIN: Mapping[str, Mapping[str, Any]] = {
    "Any": {},
    "ArrayLike": {"format": "ndarray"},
    "None": {"type": "null"},
    "QuantumCircuit": {"format": "quantum-circuit"},
    "SparsePauliOp": {"format": "sparse-pauli-op"},
    "bool": {"type": "boolean"},
    "complex": {"format": "complex"},
    "dict": {"type": "object"},
    "float": {"type": "number"},
    "int": {"type": "integer"},
    "list": {"type": "array"},
    "Mapping": {"type": "object"},
    "ndarray": {"format": "ndarray"},
    "NDArray": {"format": "ndarray"},
    "object": {},
    "Sequence": {"type": "array"},
    "str": {"type": "string"},
    "tuple": {"type": "array"},
}
_LISTS = frozenset({"Collection", "Iterable", "List", "Sequence", "list"})
_OBJECTS = frozenset({"Dict", "Mapping", "dict"})
_BOUNDS = {
    "Ge": "minimum",
    "Gt": "exclusiveMinimum",
    "Le": "maximum",
    "Lt": "exclusiveMaximum",
    "MultipleOf": "multipleOf",
    "MinLen": "minLength",
    "MaxLen": "maxLength",
}
"""Of the package annotated-types, whose names pydantic and others share."""
_INTERVAL = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}
_ITEMS = {"minLength": "minItems", "maxLength": "maxItems"}

_HINT = (
    "Words that have one: bool, int, float, complex, str, None, list[...], "
    "tuple[..., ...], dict[str, ...], Literal[...], X | Y, Any, ndarray, "
    "QuantumCircuit, SparsePauliOp; Annotated[Any, {...}] takes a schema as it is."
)


def schema_of(
    annotation: str, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Translate an annotation.

    Args:
        annotation: Its source text.
        names: What the module assigns to names, as source: aliases of types.

    Returns:
        A JSON Schema.

    Raises:
        AnnotationError: It has none; the message names the part that has not.

    Example:
        >>> schema_of("Annotated[int, Ge(1)]")
        {'type': 'integer', 'minimum': 1}
        >>> schema_of("list[float] | None")
        {'anyOf': [{'type': 'array', 'items': {'type': 'number'}}, {'type': 'null'}]}
    """
    try:
        tree = ast.parse(annotation, mode="eval")
        return _schema(_Aliases(names or {}).visit(tree).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise AnnotationError(
            f"{annotation!r} can not be read as a type: {error}", hint=_HINT
        ) from error


class _Aliases(ast.NodeTransformer):
    """Puts in place of names what they stand for."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = dict(names)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Replace one name; inside of what replaces it, it means something else."""
        if node.id not in self._names:
            return node
        outer, source = self._names, self._names[node.id]
        self._names = {k: v for k, v in outer.items() if k != node.id}
        try:
            return self.visit(ast.parse(source, mode="eval")).body  # type: ignore[no-any-return]
        finally:
            self._names = outer


def _schema(node: ast.expr) -> dict[str, Any]:
    match node:
        case ast.Constant(value=None):
            return dict(_PLAIN["None"])
        case ast.Constant(value=str() as text):
            return _schema(ast.parse(text, mode="eval").body)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _union([left, right])
        case ast.Subscript(value=name, slice=ast.Tuple(elts=parts)):
            return _of(node, _word(name), parts)
        case ast.Subscript(value=name, slice=part):
            return _of(node, _word(name), [part])
        case ast.Name() | ast.Attribute():
            known = _PLAIN.get(_word(node))
            if known is not None:
                return dict(known)
    raise _unknown(node)


def _of(node: ast.expr, word: str, parts: Sequence[ast.expr]) -> dict[str, Any]:
    """Translate ``word[parts]``."""
    simple: dict[str, Callable[[Sequence[ast.expr]], dict[str, Any]]] = {
        "Annotated": _annotated,
        "Literal": _literal,
        "NDArray": _array,
        "Optional": lambda inner: _union([*inner, ast.Constant(None)]),
        "Union": _union,
        "tuple": _tuple,
        "Tuple": _tuple,
    }
    if word in simple:
        return simple[word](parts)
    if word in _LISTS and len(parts) == 1:
        return _with("items", {"type": "array"}, _schema(parts[0]))
    if word in _OBJECTS and len(parts) == 2:  # noqa: PLR2004 - key and value
        if _schema(parts[0]) != _PLAIN["str"]:
            raise AnnotationError(
                f"{ast.unparse(node)} has keys that are no strings, as JSON's are.",
                hint="Write dict[str, ...], or a list of pairs.",
            )
        return _with("additionalProperties", {"type": "object"}, _schema(parts[1]))
    raise _unknown(node)


def _with(key: str, schema: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    return schema | {key: inner} if inner else schema


def _union(parts: Sequence[ast.expr]) -> dict[str, Any]:
    choices: list[dict[str, Any]] = []
    for part in parts:
        choices += _choices(_schema(part))
    distinct = [c for n, c in enumerate(choices) if c not in choices[:n]]
    if {} in distinct:
        return {}
    if len(distinct) == 1:
        return distinct[0]
    if all(set(choice) == {"type"} for choice in distinct):
        return {"type": [choice["type"] for choice in distinct]}
    return {"anyOf": distinct}


def _choices(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Take a union apart."""
    if set(schema) == {"anyOf"}:
        return list(schema["anyOf"])
    if set(schema) == {"type"} and isinstance(schema["type"], list):
        return [{"type": word} for word in schema["type"]]
    return [schema]


def _literal(parts: Sequence[ast.expr]) -> dict[str, Any]:
    values = [_json(part) for part in parts]
    kinds = {type(value) for value in values}
    word = {str: "string", int: "integer"}.get(next(iter(kinds)))
    typed = {"type": word} if len(kinds) == 1 and word else {}
    return typed | {"enum": values}


def _tuple(parts: Sequence[ast.expr]) -> dict[str, Any]:
    match parts:
        case [one, ast.Constant(value=value)] if value is Ellipsis:
            return _with("items", {"type": "array"}, _schema(one))
    items = [_schema(part) for part in parts]
    same = items[0] if all(item == items[0] for item in items) else {}
    length = {"minItems": len(items), "maxItems": len(items)}
    return _with("items", {"type": "array"}, same) | length


def _array(parts: Sequence[ast.expr]) -> dict[str, Any]:
    dtype = _word(parts[0]).rstrip("_")
    return {"format": "ndarray"} | ({} if dtype == "Any" else {"dtype": dtype})


def _annotated(parts: Sequence[ast.expr]) -> dict[str, Any]:
    schema = _schema(parts[0])
    for extra in parts[1:]:
        for key, value in _keywords(extra).items():
            of_array = schema.get("type") == "array"
            schema[_ITEMS.get(key, key) if of_array else key] = value
    return schema


def _keywords(node: ast.expr) -> dict[str, Any]:
    """Read what stands behind the type in ``Annotated``."""
    match node:
        case ast.Constant(value=str() as text):
            return {"description": text}
        case ast.Dict():
            return dict(_json(node))
        case ast.Call(func=name, args=[value], keywords=[]) if _word(name) in _BOUNDS:
            return {_BOUNDS[_word(name)]: _json(value)}
        case ast.Call(func=name, args=[], keywords=given) if _word(name) == "Interval":
            bounds = {each.arg: each.value for each in given}
            if set(bounds) <= set(_INTERVAL):
                return {_INTERVAL[k or ""]: _json(v) for k, v in bounds.items()}
    raise AnnotationError(
        f"{ast.unparse(node)} says nothing that a JSON Schema can.",
        hint="Write a dict of schema keywords, a description, or Ge, Gt, Le, Lt, "
        "Interval, MultipleOf, MinLen, MaxLen of annotated-types.",
    )


def _json(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
        json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, SyntaxError) as error:
        raise AnnotationError(
            f"{ast.unparse(node)} is no value that JSON has.",
            hint="Write it as a literal: numbers, strings, True, False, None, lists.",
        ) from error
    return value


def _word(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _unknown(node: ast.expr) -> AnnotationError:
    return AnnotationError(f"{ast.unparse(node)} has no JSON Schema.", hint=_HINT)
