r"""The regular expressions that schemas may use, as a tree.

The plain part of what JSON Schema recommends: literals, classes, groups,
alternatives, repeats, ``^ $ \b \B``. Look-around, back-references and Unicode
properties are refused, because no matcher runs them in linear time or because
Python's ``re`` and ECMAScript disagree on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = [
    "Alternatives",
    "Anchor",
    "Chars",
    "Node",
    "PatternError",
    "Repeat",
    "Sequence",
    "parse",
]

MAX_CHARACTERS: Final = 500
MAX_DEPTH: Final = 20
_LAST = 0x10FFFF
_HEX_LENGTH = {"x": 2, "u": 4}


class PatternError(ValueError):
    """A pattern is malformed, too long or uses what is not supported."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of ranges of code points, or, negated, any other."""

    ranges: tuple[tuple[int, int], ...]
    negated: bool = False

    def holds(self, char: str) -> bool:
        """Whether the character is one of these."""
        code = ord(char)
        return any(low <= code <= high for low, high in self.ranges) != self.negated


@dataclass(frozen=True, slots=True)
class Anchor:
    """A position: ``^``, ``$``, ``b`` (word boundary) or ``B``."""

    kind: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Nodes one after the other."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of several nodes."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A node ``least`` to ``most`` times; ``most`` None is without end."""

    node: Node
    least: int
    most: int | None


Node = Chars | Anchor | Sequence | Alternatives | Repeat

_DIGIT = ((ord("0"), ord("9")),)
_WORD = (*_DIGIT, (ord("A"), ord("Z")), (ord("a"), ord("z")), (ord("_"), ord("_")))
_SPACE = (
    (9, 13),
    (32, 32),
    (160, 160),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
)
_LINE_ENDS = ((10, 10), (13, 13), (0x2028, 0x2029))
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}


def parse(source: str) -> Node:
    """Return a pattern's tree.

    Raises:
        PatternError: The pattern can not be used; the message says why.
    """
    if len(source) > MAX_CHARACTERS:
        raise PatternError(
            f"has {len(source):,} characters, at most {MAX_CHARACTERS} are allowed"
        )
    reader = _Reader(source)
    node = reader.alternatives(0)
    if reader.rest():
        raise PatternError("has a ) without its (")
    return node


class _Reader:
    """Recursive descent over one pattern."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0

    def rest(self) -> str:
        return self._source[self._at :]

    def alternatives(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise PatternError(f"nests groups deeper than {MAX_DEPTH} levels")
        found = [self._sequence(depth)]
        while self._take("|"):
            found.append(self._sequence(depth))
        return found[0] if len(found) == 1 else Alternatives(tuple(found))

    def _sequence(self, depth: int) -> Node:
        nodes: list[Node] = []
        while self.rest() and self.rest()[0] not in "|)":
            nodes.append(self._repeated(self._atom(depth)))
        return Sequence(tuple(nodes))

    def _take(self, text: str) -> bool:
        if self._source.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _next(self) -> str:
        if not self.rest():
            raise PatternError("ends too early")
        self._at += 1
        return self._source[self._at - 1]

    def _atom(self, depth: int) -> Node:
        if self._bounds() is not None:
            raise PatternError("has a repeat with nothing before it")
        char = self._next()
        if char == "(":
            return self._group(depth)
        if char == "[":
            return self._class()
        if char in "^$":
            return Anchor(char)
        if char == "\\" and self.rest()[:1] in ("b", "B"):
            return Anchor(self._next())
        if char == "\\":
            return Chars(*self._escape())
        return Chars(_LINE_ENDS, negated=True) if char == "." else Chars(_one(char))

    def _group(self, depth: int) -> Node:
        if self._take("?") and not self._take(":"):
            raise PatternError("uses (?, of which only (?: is supported")
        node = self.alternatives(depth + 1)
        if not self._take(")"):
            raise PatternError("has a ( without its )")
        return node

    def _escape(self) -> tuple[tuple[tuple[int, int], ...], bool]:
        char = self._next()
        if char.lower() in _CLASSES:
            return _CLASSES[char.lower()], char.isupper()
        if char in _CONTROLS:
            return _one(_CONTROLS[char]), False
        if char in _HEX_LENGTH:
            digits = self._source[self._at : self._at + _HEX_LENGTH[char]]
            self._at += len(digits)
            try:
                return _one(chr(int(digits, 16))), False
            except ValueError as error:
                raise PatternError(f"has the malformed escape \\{char}") from error
        if char.isalnum():
            raise PatternError(f"uses \\{char}, which is not supported")
        return _one(char), False

    def _class(self) -> Node:
        negated = self._take("^")
        ranges: list[tuple[int, int]] = []
        while not self._take("]"):
            low = self._member()
            # A minus that comes first or last, or beside a class, is itself.
            if self.rest()[:1] == "-" and self.rest()[1:2] != "]" and _single(low):
                self._at += 1
                high = self._member()
                if not _single(high) or high[0][0] < low[0][0]:
                    raise PatternError("has a range that does not go upwards")
                low = ((low[0][0], high[0][0]),)
            ranges += low
        return Chars(tuple(ranges), negated=negated)

    def _member(self) -> tuple[tuple[int, int], ...]:
        char = self._next()
        if char != "\\":
            return _one(char)
        if self._take("b"):
            return _one("\b")
        ranges, negated = self._escape()
        return _complement(ranges) if negated else ranges

    def _repeated(self, node: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return node
        if isinstance(node, Anchor):
            raise PatternError("repeats a position, such as ^ or $")
        self._take("?")  # a lazy repeat finds the same texts
        if self.rest()[:1] in ("*", "+", "?") or self._bounds() is not None:
            raise PatternError("has two repeats in a row")
        return Repeat(node, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        if self.rest()[:1] != "{":
            return None
        inside, closed, _ = self.rest()[1:].partition("}")
        low, comma, high = inside.partition(",")
        if not closed or not _number(low) or not (_number(high) or not high):
            return None  # a brace that is just a brace
        self._at += len(inside) + 2
        least = int(low)
        most = (int(high) if high else None) if comma else least
        if most is not None and most < least:
            raise PatternError("has a repeat whose bounds do not go upwards")
        return least, most


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _one(char: str) -> tuple[tuple[int, int], ...]:
    return ((ord(char), ord(char)),)


def _single(ranges: tuple[tuple[int, int], ...]) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


def _complement(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return the gaps between ranges, none of which touch each other or the ends."""
    ordered = sorted(ranges)
    starts = [0, *(high + 1 for _, high in ordered)]
    ends = [*(low - 1 for low, _ in ordered), _LAST]
    return tuple(zip(starts, ends, strict=True))
