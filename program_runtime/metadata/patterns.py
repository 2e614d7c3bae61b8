"""Matching of patterns in linear time.

Python's ``re`` backtracks: on ``(a+)+$`` thirty characters keep it busy for
minutes, and schemas come from strangers. This follows all ways at once instead
(Thompson's construction), so that a text of n characters costs at most n times
the size of the pattern.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from program_runtime.metadata import pattern_syntax as syntax
from program_runtime.metadata import work

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MAX_STATES", "MAX_STEPS", "check", "matches"]

MAX_STATES: Final = 2_000
MAX_STEPS: Final = 2_000_000


# One state: a character test, a position, or nothing; and where to go from it.
_State = tuple[syntax.Chars | syntax.Anchor | None, tuple[int, ...]]


def check(source: str) -> None:
    """Make sure that a pattern can be used.

    Raises:
        PatternError: It can not; the message says why.
    """
    _compiled(source)


def matches(source: str, text: str) -> bool:
    """Whether a pattern matches anywhere in a text.

    Raises:
        PatternError: The pattern can not be used.
        TooMuchWorkError: The text is too long for a pattern of this size.
    """
    states = _compiled(source)
    if len(states) * len(text) > MAX_STEPS:
        raise work.TooMuchWorkError
    final = len(states)
    alive: set[int] = set()
    visited = 0
    for at in range(len(text) + 1):
        alive = _closure(states, {*alive, 0}, text, at)
        visited += len(alive)
        if final in alive:
            break
        if at < len(text):
            alive = _step(states, alive, text[at])
    work.count_states(visited)
    return final in alive


def _step(states: tuple[_State, ...], alive: set[int], char: str) -> set[int]:
    following: set[int] = set()
    for index in alive:
        test, targets = states[index]
        if isinstance(test, syntax.Chars) and test.holds(char):
            following.update(targets)
    return following


def _closure(
    states: tuple[_State, ...], start: Iterable[int], text: str, at: int
) -> set[int]:
    """Return the states that can be reached without reading a character."""
    found = set(start)
    todo = list(found)
    while todo:
        index = todo.pop()
        if index == len(states):
            continue
        test, targets = states[index]
        if isinstance(test, syntax.Chars):
            continue
        if test is None or _stands(test.kind, text, at):
            new = [target for target in targets if target not in found]
            found.update(new)
            todo += new
    return found


def _stands(kind: str, text: str, at: int) -> bool:
    if kind == "^":
        return at == 0
    if kind == "$":
        return at == len(text)
    before = at > 0 and _is_word(text[at - 1])
    after = at < len(text) and _is_word(text[at])
    return (before != after) == (kind == "b")


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


@functools.lru_cache(maxsize=256)
def _compiled(source: str) -> tuple[_State, ...]:
    states: list[_State] = []
    _emit(states, syntax.parse(source))
    return tuple(states)


def _emit(states: list[_State], node: syntax.Node) -> None:
    """Append the states of a node; the one after them is where it leads."""
    if isinstance(node, (syntax.Chars, syntax.Anchor)):
        _append(states, node, len(states) + 1)
    elif isinstance(node, syntax.Sequence):
        for part in node.nodes:
            _emit(states, part)
    elif isinstance(node, syntax.Alternatives):
        _emit_alternatives(states, node)
    else:
        _emit_repeat(states, node)


def _append(
    states: list[_State], test: syntax.Chars | syntax.Anchor | None, *targets: int
) -> int:
    if len(states) >= MAX_STATES:
        raise syntax.PatternError("repeats too much: it needs too many states")
    states.append((test, targets))
    return len(states) - 1


def _emit_alternatives(states: list[_State], node: syntax.Alternatives) -> None:
    fork = _append(states, None)
    starts, ends = [], []
    for part in node.nodes:
        starts.append(len(states))
        _emit(states, part)
        ends.append(_append(states, None))
    states[fork] = (None, tuple(starts))
    for end in ends:
        states[end] = (None, (len(states),))


def _emit_repeat(states: list[_State], node: syntax.Repeat) -> None:
    for _ in range(node.least):
        before = len(states)
        _emit(states, node.node)
        if len(states) == before:
            break  # nothing, however often it is repeated
    if node.most is None:
        fork = _append(states, None)
        _emit(states, node.node)
        _append(states, None, fork)
        states[fork] = (None, (fork + 1, len(states)))
        return
    forks = []
    for _ in range(node.most - node.least):
        forks.append(_append(states, None))
        _emit(states, node.node)
    for fork in forks:
        states[fork] = (None, (fork + 1, len(states)))
