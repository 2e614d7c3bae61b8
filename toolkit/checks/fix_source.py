"""Edits of a Python file: what moved gets its new name, and the rest stays."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.checks.moved_names import DROP_INS, RENAMED_METHODS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from toolkit.checks.ignores import Comment

__all__ = ["Edit", "apply_edits", "decoded", "ignore_edits", "rename_edits"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_WIDEST = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Text to put in place of a part of a line, or of several."""

    begin: tuple[int, int]
    """Line from 1, column from 0 in characters."""
    end: tuple[int, int]
    text: str
    code: str
    message: str


def decoded(source: bytes) -> tuple[str, str]:
    """Decode a Python file as Python would.

    Returns:
        The text with its line ends, and the encoding.

    Raises:
        SyntaxError: It names no encoding that there is, or is not in it.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    try:
        return source.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise SyntaxError(str(error)) from error


def rename_edits(text: str, open_lines: Collection[tuple[str, int]]) -> Iterator[Edit]:
    """Find the renames in a file.

    Args:
        text: Python that parses.
        open_lines: Code and line of each finding that is not ignored.
    """
    lines = _LINE.findall(text)
    commented = _comment_lines(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from _of_import(node, lines, open_lines)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from _of_import_from(node, lines, commented, open_lines)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _of_call(node, node.func, lines, open_lines)


def _of_import(
    node: ast.Import, lines: Sequence[str], open_lines: Collection[tuple[str, int]]
) -> Iterator[Edit]:
    """``import a.b as c``; without an alias the program says a.b in many places."""
    if len(node.names) != 1 or not node.names[0].asname:
        return
    alias = node.names[0]
    new = DROP_INS.get(alias.name)
    if new and ("QRT140", alias.lineno) in open_lines:
        text = f"import {new} as {alias.asname}"
        yield _edit(node, lines, text, "QRT140", f"{alias.name} -> {new}")


def _of_import_from(
    node: ast.ImportFrom,
    lines: Sequence[str],
    commented: Collection[int],
    open_lines: Collection[tuple[str, int]],
) -> Iterator[Edit]:
    """``from a import b, c``: each name goes to its new module, or stays."""
    homes: dict[str, list[str]] = {}
    renamed = []
    for alias in node.names:
        dotted = f"{node.module}.{alias.name}"
        new = DROP_INS.get(dotted)
        home, name = node.module or "", alias.name
        if new and ("QRT140", alias.lineno) in open_lines:
            home, _, name = new.rpartition(".")
            renamed.append(f"{dotted} -> {new}")
        elif alias.name == "*":
            return
        kept = f" as {alias.asname}" if alias.asname else ""
        if name != alias.name and not kept:
            kept = f" as {alias.name}"
        homes.setdefault(home, []).append(f"{name}{kept}")
    before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
    alone = not before.strip() and not _follows(node, lines)
    held = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    loses_comment = any(line in commented for line in held[:-1])
    if not renamed or loses_comment or not (alone or len(homes) == 1):
        return
    end_of_line = "\r\n" if lines[node.lineno - 1].endswith("\r\n") else "\n"
    indent = re.match(r"\s*", before)
    separator = end_of_line + (indent[0] if indent else "")
    text = separator.join(
        _from(home, names, separator) for home, names in homes.items()
    )
    yield _edit(node, lines, text, "QRT140", ", ".join(renamed))


def _from(home: str, names: Sequence[str], separator: str) -> str:
    if not home:  # the name became a package of its own
        return f"import {', '.join(names)}"
    line = f"from {home} import {', '.join(names)}"
    if len(separator.lstrip("\r\n")) + len(line) <= _WIDEST:
        return line
    inner = "".join(f"{separator}    {name}," for name in names)
    return f"from {home} import ({inner}{separator})"


def _follows(node: ast.stmt, lines: Sequence[str]) -> bool:
    """Whether another statement stands behind this one, after a semicolon."""
    last = lines[(node.end_lineno or 1) - 1].encode()[node.end_col_offset or 0 :]
    return last.decode().lstrip().startswith((";", "\\"))


def _of_call(
    node: ast.Call,
    called: ast.Attribute,
    lines: Sequence[str],
    open_lines: Collection[tuple[str, int]],
) -> Iterator[Edit]:
    new = RENAMED_METHODS.get(called.attr)
    line = called.end_lineno or called.lineno
    if new is None or ("QRT141", line) not in open_lines:
        return
    if called.attr == "bind_parameters" and (len(node.args) != 1 or node.keywords):
        return  # The new method has other names for its arguments.
    _, end = _columns(called, lines)
    yield Edit(
        begin=(line, end - len(called.attr)),
        end=(line, end),
        text=new,
        code="QRT141",
        message=f"{called.attr} -> {new}",
    )


def ignore_edits(
    text: str, comments: Sequence[tuple[Comment, frozenset[str]]]
) -> Iterator[Edit]:
    """Take codes that hide nothing out of comments, and comments without any."""
    lines = _LINE.findall(text)
    for comment, unused in comments:
        left = [code for code in comment.codes if code not in unused]
        begin, end = comment.column, comment.column + len(comment.text)
        line = lines[comment.line - 1]
        new = f"# qrt: ignore[{', '.join(left)}]" if left else ""
        if left:
            end = line.index("]", begin) + 1
        elif not line[end:].strip():
            begin = len(line[:begin].rstrip())
        yield Edit(
            begin=(comment.line, begin),
            end=(comment.line, end),
            text=new,
            code="QRT602",
            message=f"ignored {', '.join(sorted(unused))} for nothing",
        )


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Make edits that do not overlap."""
    lines = _LINE.findall(text)
    for edit in sorted(edits, key=lambda edit: edit.begin, reverse=True):
        (first, begin), (last, end) = edit.begin, edit.end
        new = lines[first - 1][:begin] + edit.text + lines[last - 1][end:]
        lines[first - 1 : last] = [new]
    return "".join(lines)


def _edit(
    node: ast.stmt, lines: Sequence[str], text: str, code: str, message: str
) -> Edit:
    begin, end = _columns(node, lines)
    return Edit(
        begin=(node.lineno, begin),
        end=(node.end_lineno or node.lineno, end),
        text=text,
        code=code,
        message=message,
    )


def _columns(node: ast.stmt | ast.expr, lines: Sequence[str]) -> tuple[int, int]:
    """Turn the tree's offsets, in UTF-8, into characters."""
    first = lines[node.lineno - 1].encode()
    last = lines[(node.end_lineno or node.lineno) - 1].encode()
    begin = first[: node.col_offset].decode()
    return len(begin), len(last[: node.end_col_offset].decode())


def _comment_lines(text: str) -> frozenset[int]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return frozenset(t.start[0] for t in tokens if t.type == tokenize.COMMENT)
