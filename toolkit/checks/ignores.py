"""What the author told the checks to keep quiet about, and whether that was needed."""

from __future__ import annotations

import difflib
import io
import re
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.checks.finding import Code, Severity
from toolkit.project.settings import PYPROJECT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from toolkit.checks.finding import Finding
    from toolkit.checks.preferences import Preferences

__all__ = ["CODES", "Comment", "Ignored", "comments_of", "sort_out"]

NOT_FOLLOWED = Code("QRT601", Severity.WARNING, "An ignore can not be followed")
UNUSED = Code("QRT602", Severity.WARNING, "An ignore hides nothing")

CODES = (NOT_FOLLOWED, UNUSED)

_COMMENT = re.compile(
    r"#\s*qrt:\s*(?P<word>[\w-]*)\s*(?:\[(?P<codes>[^\]#]*)\])?(?P<rest>[^#]*)"
)
_OF_A_RUN = re.compile(r"QRT50[1-7]")
_OF_A_TEST = re.compile(r"QRT5\d\d")
_BETWEEN_LINES = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment ``# qrt: ignore[QRT130]`` in a Python file."""

    path: str
    line: int
    column: int
    """Of its ``#``, in characters from 0."""
    text: str
    lines: range
    """What it counts for."""
    codes: tuple[str, ...]
    problem: str | None = None
    """Why it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Findings, sorted out."""

    kept: tuple[Finding, ...]
    hidden: tuple[Finding, ...]
    unused: Mapping[Comment, frozenset[str]]
    """The codes of a comment that hide nothing."""


def comments_of(source: bytes, path: str) -> list[Comment]:
    """Find the comments that speak to the checks.

    Args:
        source: A Python file.
        path: Its name, for the findings.

    Returns:
        The comments, in order; none if the file is no Python.
    """
    if b"qrt:" not in source:
        return []
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(source).readline))
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError, RecursionError):
        return []
    found: list[Comment] = []
    begin: int | None = None
    waiting: list[tokenize.TokenInfo] = []
    for token in tokens:
        row = token.start[0]
        if token.type == tokenize.COMMENT:
            waiting.append(token)
        elif token.type == tokenize.NEWLINE:
            for comment in waiting:
                # At the end of a statement it counts for all of its lines.
                at_end = begin is not None and comment.start[0] == row
                first = begin if at_end and begin else comment.start[0]
                found += _comments(comment, path, range(first, comment.start[0] + 1))
            begin, waiting = None, []
        elif begin is None and token.type not in _BETWEEN_LINES:
            begin = row
            for comment in waiting:
                found += _comments(comment, path, _line(comment))
            waiting = []
    for comment in waiting:
        found += _comments(comment, path, _line(comment))
    return found


def _line(comment: tokenize.TokenInfo) -> range:
    return range(comment.start[0], comment.start[0] + 1)


def _comments(token: tokenize.TokenInfo, path: str, lines: range) -> Iterator[Comment]:
    for match in _COMMENT.finditer(token.string):
        codes = [code.strip() for code in (match["codes"] or "").split(",")]
        named = tuple(dict.fromkeys(code for code in codes if code))
        problem = None
        if match["word"] != "ignore":
            problem = f"`{match[0].strip()}` says nothing that the checks know."
        elif not named:
            problem = "An ignore without codes would hide what comes later, too."
        yield Comment(
            path=path,
            line=token.start[0],
            column=token.start[1] + match.start(),
            text=match[0],
            lines=lines,
            codes=named,
            problem=problem,
        )


def sort_out(
    found: Sequence[Finding],
    *,
    comments: Sequence[Comment],
    preferences: Preferences,
    codes: Collection[Code],
) -> Ignored:
    """Take out what is ignored, and report the ignores that do nothing.

    Args:
        found: All findings.
        comments: The comments of all files.
        preferences: The ignores of pyproject.toml.
        codes: Every code that a check may report.
    """
    fixed = {code.code for code in codes if not code.ignorable}
    used: set[tuple[Comment | str | None, str]] = set()
    kept, hidden = [], []
    for finding in found:
        hiding = [
            *((c, finding.code) for c in comments if _hides(c, finding)),
            *((p, finding.code) for p in preferences.ignoring(finding)),
        ]
        if not hiding or finding.code in fixed:
            kept.append(finding)
        else:
            hidden.append(finding)
            used.update(hiding)
    unused = {
        c: frozenset(
            n for n in c.codes if _is_needless(n, codes) and (c, n) not in used
        )
        for c in comments
        if c.problem is None
    }
    kept += _of_comments(comments, unused, codes)
    kept += _of_preferences(preferences, used, codes)
    still = [f for f in kept if not list(preferences.ignoring(f)) or f.code not in _OWN]
    return Ignored(
        kept=tuple(still),
        hidden=tuple(hidden),
        unused={comment: names for comment, names in unused.items() if names},
    )


_OWN = frozenset(code.code for code in CODES)


def _hides(comment: Comment, finding: Finding) -> bool:
    return (
        comment.problem is None
        and finding.file == comment.path
        and finding.line in comment.lines
        and finding.code in comment.codes
    )


def _of_comments(
    comments: Sequence[Comment],
    unused: Mapping[Comment, frozenset[str]],
    codes: Collection[Code],
) -> Iterator[Finding]:
    for comment in comments:
        where = {"path": comment.path, "line": comment.line}
        if comment.problem is not None:
            hint = "Write `# qrt: ignore[QRT130]`."
            yield NOT_FOLLOWED.finding(comment.problem, hint=hint, **where)  # type: ignore[arg-type]
        for name in comment.codes:
            wrong = _problem(name, codes)
            if wrong:
                yield NOT_FOLLOWED.finding(wrong[0], hint=wrong[1], **where)  # type: ignore[arg-type]
            elif name in unused.get(comment, ()):
                yield UNUSED.finding(
                    f"There is no {name} here to ignore.",
                    hint="Remove it, or let `qrt check --fix` do it.",
                    **where,  # type: ignore[arg-type]
                )


def _of_preferences(
    preferences: Preferences,
    used: Collection[tuple[Comment | str | None, str]],
    codes: Collection[Code],
) -> Iterator[Finding]:
    for pattern, name in preferences.ignores:
        where = f" for {pattern!r}" if pattern else ""
        wrong = _problem(name, codes)
        if wrong:
            yield NOT_FOLLOWED.finding(wrong[0], path=PYPROJECT, hint=wrong[1])
        elif _is_needless(name, codes) and (pattern, name) not in used:
            yield UNUSED.finding(
                f"[tool.qrt.check] ignores {name}{where}, which is not found.",
                path=PYPROJECT,
                hint="Remove it.",
            )


def _is_needless(name: str, codes: Collection[Code]) -> bool:
    """Whether a check would have found it; the codes of a run and ours are later."""
    return name not in _OWN and any(code.code == name for code in codes)


def _problem(name: str, codes: Collection[Code]) -> tuple[str, str] | None:
    known = {code.code: code for code in codes}
    if name in known and not known[name].ignorable:
        title = known[name].title
        return f"{name} can not be ignored: {title}.", "Mend what it finds."
    if name in known or name in _OWN or _OF_A_RUN.fullmatch(name):
        return None
    if _OF_A_TEST.fullmatch(name):
        return f"{name} can not be ignored: a test finds it.", "Leave out that test."
    if name.startswith("ruff:"):
        rule = name.removeprefix("ruff:")
        return f"{name} is a rule of Ruff.", f"Write `# noqa: {rule}`."
    near = difflib.get_close_matches(name, sorted(known), n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "docs/checks.md lists them."
    return f"There is no code {name!r}.", hint
