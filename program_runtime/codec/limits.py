"""How much a text may ask of whoever reads it, checked before it is parsed."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from itertools import accumulate

from program_runtime.errors import UndecodableError

_MIB = 1024 * 1024

_NESTED_TEXTS = 8

# A text this long may be mostly base64: looking at what is outside of strings
# first is then cheaper than three searches through all of it.
_LONG_TEXT = 100_000
_FEW_STRINGS = 200

_NOT_STRUCTURE = bytes(range(256)).translate(None, b'[]{},"')
_CHEAP_LEVELS = 16
# As signed bytes: +1 for an opening bracket, -1 for a closing one.
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """Bounds for one call of :func:`program_runtime.codec.decode`.

    Example:
        >>> DecodeLimits(depth=50).depth
        50
    """

    decoded_bytes: int = 512 * _MIB
    """All base64 payloads together, after decompression."""
    depth: int = 200
    """Nested lists and objects in the JSON text."""
    elements: int = 5_000_000
    """Values in the JSON text; an array is one, whatever it holds."""


class Budget:
    """What is left of the limits while one text is decoded.

    Texts inside of the text (a circuit's metadata) draw on the same budget.
    """

    __slots__ = ("bytes_left", "elements_left", "limits", "texts_open", "used")

    def __init__(self, limits: DecodeLimits) -> None:
        self.limits = limits
        self.bytes_left = limits.decoded_bytes
        self.elements_left = limits.elements
        self.texts_open = 0
        self.used = False

    def open_text(self, text: str) -> None:
        """Check a text, and count it as open until :meth:`close_text`.

        Raises:
            UndecodableError: it exceeds the limits, or too many texts are inside of
                each other.
        """
        if self.texts_open == _NESTED_TEXTS:
            raise UndecodableError("Too many texts are inside of each other.")
        self.used = True
        self.take_text(text)
        self.texts_open += 1

    def close_text(self) -> None:
        """End the text that was opened last."""
        self.texts_open -= 1

    def take_text(self, text: str) -> None:
        """Check a JSON text before it is parsed.

        Raises:
            UndecodableError: it nests too deep or holds too many values.
        """
        elements, depth = measure(
            text, depth=self.limits.depth, elements=self.elements_left
        )
        if depth > self.limits.depth:
            raise UndecodableError(
                f"The text nests {depth} levels deep; the limit is {self.limits.depth}."
            )
        self.take_elements(elements)

    def take_elements(self, count: int) -> None:
        """Count values.

        Raises:
            UndecodableError: there are too many.
        """
        if count > self.elements_left:
            raise UndecodableError(
                f"The text holds more than {self.limits.elements} values.",
                hint="Send numbers as a NumPy array: it counts as one value.",
            )
        self.elements_left -= count

    def take_bytes(self, count: int) -> None:
        """Count decoded bytes.

        Raises:
            UndecodableError: there are too many.
        """
        if count > self.bytes_left:
            raise UndecodableError(
                "The payloads hold more than "
                f"{self.limits.decoded_bytes} bytes after decompression."
            )
        self.bytes_left -= count


def measure(text: str, *, depth: int, elements: int) -> tuple[int, int]:
    """Count the values and the nesting of a JSON text without parsing it.

    The depth is exact where it exceeds the limit; below it is an upper bound,
    which is much cheaper.

    Args:
        text: JSON, or anything else: then the JSON parser will say so.
        depth: the nesting that matters to the caller.
        elements: the number of values that matters to the caller.

    Returns:
        The number of values and the depth.
    """
    if len(text) <= depth and len(text) <= elements:
        return len(text), 0
    outside = _outside_of_strings(text) if len(text) > _LONG_TEXT else text
    if len(outside) <= _LONG_TEXT:
        brackets = outside.count("[") + outside.count("{")
        values = brackets + outside.count(",") + 1
        if brackets <= depth and values <= elements:
            return values, brackets
    skeleton = _skeleton(outside)
    values = len(skeleton) - skeleton.count(b"]") - skeleton.count(b"}") + 1
    return values, _depth(skeleton.translate(None, b","), depth)


def _outside_of_strings(text: str) -> str:
    """Drop the strings of a text that has few of them, if that is simple."""
    pieces, at = [], 0
    for _ in range(_FEW_STRINGS):
        start = text.find('"', at)
        end = text.find('"', start + 1) if start >= 0 else -1
        if end < 0:
            pieces.append(text[at:])
            return "".join(pieces)
        if text[end - 1] == "\\":
            break
        pieces.append(text[at:start])
        at = end + 1
    return text


def _skeleton(text: str) -> bytes:
    """Keep only the brackets and commas that are outside of strings."""
    data = text.encode("utf-8", "surrogatepass")
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    data = data.translate(None, _NOT_STRUCTURE)
    # Strings without structure are now two quotes in a row. Dropping pairs of
    # quotes leaves it as it was which characters are inside of a string.
    data = data.replace(b'""', b"")
    return b"".join(data.split(b'"')[::2])


def _depth(brackets: bytes, limit: int) -> int:
    """Count how deep brackets nest: exactly if deeper than the limit."""
    # Dropping the innermost pairs drops at most one level, and most of the bytes.
    left, levels = brackets, 0
    while left and levels + 2 <= min(_CHEAP_LEVELS, limit):
        left = left.replace(b"[]", b"").replace(b"{}", b"")
        levels += 2
    if not left:
        return levels
    steps = array("b", brackets.translate(_STEPS))
    return max(accumulate(steps), default=0)
