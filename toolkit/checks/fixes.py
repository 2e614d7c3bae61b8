"""Mends what the checks found where there is only one way to mend it."""

from __future__ import annotations

import ast
import difflib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from program_runtime import metadata
from program_runtime.errors import BadMetadataError
from toolkit.checks import fix_schema, fix_source, runner
from toolkit.errors import ToolkitError
from toolkit.project.interface import Interface
from toolkit.project.project import METADATA
from toolkit.project.whole_file import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from toolkit.checks.context import Module
    from toolkit.checks.runner import Judgement

__all__ = ["Fix", "FixPlan", "plan_fixes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One thing that is mended."""

    code: str
    path: str
    line: int | None
    message: str
    """``qiskit.Aer -> qiskit_aer.Aer``."""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.code} {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixPlan:
    """What the files of a project would become."""

    root: Path
    fixes: tuple[Fix, ...]
    files: Mapping[str, tuple[bytes, bytes]]
    """Name -> what it holds, and what it would hold."""

    def diff(self) -> str:
        """Show the changes as ``diff -u`` would."""
        return "".join(
            line
            for name, (old, new) in self.files.items()
            for line in difflib.unified_diff(
                _lines(old), _lines(new), f"a/{name}", f"b/{name}"
            )
        )

    def write(self) -> None:
        """Replace each file as a whole; one that changed meanwhile is left alone.

        Raises:
            ToolkitError: A file is no longer what was checked.
            OSError: A file can not be written.
        """
        for name, (old, new) in self.files.items():
            path = self.root / name
            if path.read_bytes() != old:
                raise ToolkitError(
                    f"{name} changed while it was being mended, and stays as it is.",
                    hint="Run `qrt check --fix` again.",
                )
            replace_file(path, new)


def plan_fixes(root: Path) -> FixPlan:
    """Find out what can be mended with certainty.

    Args:
        root: The project's folder.

    Returns:
        The plan; every file in it still can be read as what it is.

    Raises:
        ProjectError: The folder does not exist.
    """
    judged = runner.judge(root)
    fixes: list[Fix] = []
    files: dict[str, tuple[bytes, bytes]] = {}
    for module in judged.context.modules:
        if module.tree is None or (judged.context.root / module.path).is_symlink():
            continue
        new, made = _mend_module(module, judged)
        if made:
            fixes += made
            files[module.path] = (module.source, new)
    for old, new, made in _mend_metadata(judged):
        fixes += made
        files[METADATA] = (old, new)
    return FixPlan(root=judged.context.root, fixes=tuple(fixes), files=files)


def _mend_module(module: Module, judged: Judgement) -> tuple[bytes, list[Fix]]:
    open_lines = {
        (f.code, f.line) for f in judged.findings if f.file == module.path and f.line
    }
    comments = [(c, n) for c, n in judged.unused.items() if c.path == module.path]
    try:
        text, encoding = fix_source.decoded(module.source)
        edits = [
            *fix_source.rename_edits(text, open_lines),
            *fix_source.ignore_edits(text, comments),
        ]
        mended = fix_source.apply_edits(text, edits)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(mended)
        new = mended.encode(encoding)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return module.source, []  # Whatever it was, the file stays as it is.
    made = [
        Fix(code=e.code, path=module.path, line=e.begin[0], message=e.message)
        for e in sorted(edits, key=lambda edit: edit.begin)
    ]
    return new, made


def _mend_metadata(judged: Judgement) -> Iterator[tuple[bytes, bytes, list[Fix]]]:
    context = judged.context
    source, interface = context.metadata_bytes, context.interface
    if isinstance(source, OSError) or not isinstance(interface, Interface):
        return
    is_bad = context.parameters is None and context.spec.get("parameters")
    if isinstance(context.metadata, BadMetadataError) or is_bad:
        return  # Nothing is certain in a file that is wrong.
    if (context.root / METADATA).is_symlink():
        return
    new, changes = fix_schema.mended_document(source, interface, judged.findings)
    try:
        metadata.parse_metadata(new)
    except BadMetadataError:
        return
    if changes:
        made = [Fix(code=c, path=METADATA, line=None, message=m) for c, m in changes]
        yield source, new, made


def _lines(content: bytes) -> list[str]:
    text = content.decode("utf-8", "replace")
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ No newline at end of file\n"
    return lines
