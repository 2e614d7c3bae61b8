"""Parameter expressions as the retired clients sent them: SymPy's text form.

Qiskit's own parser of that text is used. It evaluates only arithmetic on an
allow-list of names, but arithmetic can already be too much: powers of numbers are
therefore bounded first.
"""

from __future__ import annotations

import ast
import struct
import uuid
from itertools import islice
from typing import TYPE_CHECKING

from qiskit.circuit import Parameter, ParameterVector

from program_runtime.errors import UndecodableError

# Not public, and needed for nothing but text of the retired clients.
try:
    from qiskit.qpy.binary_io.parse_sympy_repr import parse_sympy_repr
except ImportError:  # pragma: no cover - no released Qiskit 2 lacks it
    parse_sympy_repr = None

if TYPE_CHECKING:
    from qiskit.circuit import ParameterExpression

_HEADER = struct.Struct("!QQ")
_SYMBOL = struct.Struct("!ccQ")
_PARAMETER = struct.Struct("!H16s")
_ELEMENT = struct.Struct("!HQ16sQ")

_TEXT_BYTES = 100_000
_CALL_CHARACTERS = 10_000
_SCANNED_CHARACTERS = 5_000_000
_EXPONENT = 100
_NUMBERS = {"Integer", "Float", "Rational"}
_LONGEST_VECTOR = 100_000


def read_legacy_expression(data: bytes) -> ParameterExpression:
    """Read an expression with its table of symbols.

    Raises:
        UndecodableError: it is malformed, or it would take too long to evaluate.
    """
    try:
        count, size = _HEADER.unpack_from(data)
        at = _HEADER.size + size
        text = data[_HEADER.size : at].decode()
        symbols: dict[str, Parameter] = {}
        for _ in range(min(count, len(data))):
            symbol, at = _read_symbol(data, at)
            symbols[symbol.name] = symbol
    except (struct.error, UnicodeDecodeError) as err:
        raise UndecodableError(f"The expression is malformed: {err}.") from err
    if not text or len(text) > _TEXT_BYTES:
        raise UndecodableError(f"The expression's text has {len(text)} characters.")
    check_powers(text)
    if parse_sympy_repr is None:
        raise UndecodableError(
            "This Qiskit no longer reads expressions of old clients."
        )
    return parse_sympy_repr(text, symbols)


def check_powers(text: str) -> None:
    """Refuse powers of numbers that take forever: ``Pow(Integer(9), Integer(10**9))``.

    SymPy evaluates a power of two integers before it writes the text, so a large
    one was never written by it.

    Raises:
        UndecodableError: there is one.
    """
    at, scanned = text.find("Pow("), 0
    while at >= 0:
        size = _call_size(text, at)
        scanned += size
        if not size or scanned > _SCANNED_CHARACTERS or _is_large(text[at : at + size]):
            raise UndecodableError("The expression holds a power that is too large.")
        at = text.find("Pow(", at + 1)


def _is_large(call: str) -> bool:
    """Tell whether this power would be evaluated, and to something large."""
    try:
        node = ast.parse(call, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    if not isinstance(node, ast.Call) or len(node.args) != 2:  # noqa: PLR2004
        return True
    base, exponent = (_names(argument) for argument in node.args)
    if "Symbol" in base | exponent:
        return False
    return not (base | exponent) <= _NUMBERS or _largest(node.args[1]) > _EXPONENT


def _call_size(text: str, start: int) -> int:
    """Count the characters of a call up to its closing bracket; 0 if there is none."""
    depth = 0
    for index, character in enumerate(islice(text, start, start + _CALL_CHARACTERS)):
        depth += (character == "(") - (character == ")")
        if depth == 0 and character == ")":
            return index + 1
    return 0


def _names(node: ast.AST) -> set[str]:
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}


def _largest(node: ast.AST) -> float:
    constants = [
        child.value for child in ast.walk(node) if isinstance(child, ast.Constant)
    ]
    numbers = [value for value in constants if isinstance(value, int | float)]
    return max(map(abs, numbers), default=0)


def _read_symbol(data: bytes, at: int) -> tuple[Parameter, int]:
    kind, _, size = _SYMBOL.unpack_from(data, at)
    at += _SYMBOL.size
    if kind == b"p":
        length, identity = _PARAMETER.unpack_from(data, at)
        at += _PARAMETER.size
        name = data[at : at + length].decode()
        return Parameter(name, uuid=uuid.UUID(bytes=identity)), at + length + size
    if kind != b"v":
        raise UndecodableError(f"The expression has a symbol of kind {kind!r}.")
    length, vector_size, identity, index = _ELEMENT.unpack_from(data, at)
    at += _ELEMENT.size
    name = data[at : at + length].decode()
    if not index < vector_size <= _LONGEST_VECTOR:
        raise UndecodableError(f"The expression has a vector of {vector_size}.")
    root = uuid.UUID(int=uuid.UUID(bytes=identity).int - index)
    element = ParameterVector(name, vector_size, uuid=root)[index]
    return element, at + length + size
