"""Which files of a project belong into its bundle."""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime.errors import Problem
from toolkit.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pathspec import GitIgnoreSpec

    from toolkit.project.project import Project

__all__ = [
    "DEFAULT_IGNORES",
    "IGNORE_FILE",
    "Collection",
    "collect",
    "collect_files",
]

IGNORE_FILE = ".qrtignore"

DEFAULT_IGNORES = (
    ".git/",
    ".hg/",
    ".svn/",
    ".gitignore",
    "/.qrt-template.zip",
    ".gitattributes",
    ".github/",
    ".venv*/",
    "/venv/",
    "/env/",
    "__pycache__/",
    "*.py[cod]",
    "/tests/",
    "/dist/",
    "/build/",
    "*.egg-info/",
    ".env",
    ".env.*",
    ".ipynb_checkpoints/",
    "*.ipynb_checkpoints",
    ".mypy_cache/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".hypothesis/",
    ".tox/",
    ".nox/",
    ".coverage*",
    "/htmlcov/",
    ".idea/",
    ".vscode/",
    ".DS_Store",
    "Thumbs.db",
    "*~",
    "*.sw[op]",
    f"/{IGNORE_FILE}",
    "/budget.lock",
)
"""Left out unless .qrtignore takes them back with ``!pattern``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """The files of a bundle, and what stands in its way."""

    files: Mapping[str, Path]
    """Name in the bundle (``data/h2.json``) -> file, sorted by name."""
    problems: tuple[Problem, ...] = ()


def collect_files(project: Project) -> dict[str, Path]:
    """Collect a project's files.

    Args:
        project: The project; its .qrtignore (gitignore syntax) is honoured.

    Returns:
        Name in the bundle -> file, sorted.

    Raises:
        BundleError: A link leads outside, or a file can not be in a bundle; lists all.
    """
    found = collect(project.root)
    if found.problems:
        raise BundleError(
            "These files can not be in the bundle:",
            problems=found.problems,
            hint=f"\nRemove them, or name them in {IGNORE_FILE}.",
        )
    return dict(found.files)


def collect(root: Path) -> Collection:
    """Collect the files under ``root``; never raises for what lies there.

    Args:
        root: The project's folder.

    Returns:
        The files, and a problem for each one that can not be in a bundle.
    """
    root = Path(root).absolute()
    problems: list[Problem] = []
    spec = _ignores(root, problems)
    files: dict[str, Path] = {}
    for relative, path in _walk(root, spec, problems):
        problem = _refusal(root, relative, path, spec)
        name = unicodedata.normalize("NFC", relative)
        if problem is None and name in files:
            problem = "is the same name as another file's once normalised"
        if problem is None:
            files[name] = path
        else:
            problems.append(Problem(path=_printable(relative), message=problem))
    return Collection(files=dict(sorted(files.items())), problems=tuple(problems))


def _ignores(root: Path, problems: list[Problem]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - only when files are collected

    own: list[str] = []
    try:
        own = (root / IGNORE_FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as err:
        problems.append(Problem(path=IGNORE_FILE, message=f"can not be read: {err}"))
    try:
        return GitIgnoreSpec.from_lines([*DEFAULT_IGNORES, *own])
    except ValueError as err:
        problems.append(Problem(path=IGNORE_FILE, message=f"has a bad pattern: {err}"))
        return GitIgnoreSpec.from_lines(DEFAULT_IGNORES)


def _walk(
    root: Path, spec: GitIgnoreSpec, problems: list[Problem]
) -> Iterator[tuple[str, Path]]:
    """Yield every file that is not ignored; ignored folders are not entered."""

    def unreadable(err: OSError) -> None:
        where = os.path.relpath(err.filename or root, root)
        problems.append(
            Problem(path=_printable(where), message=f"can not be read: {err.strerror}")
        )

    for folder, subfolders, names in os.walk(root, onerror=unreadable):
        here = Path(folder)
        entered = []
        for name in sorted(subfolders):
            relative = (here / name).relative_to(root).as_posix()
            if spec.match_file(f"{relative}/"):
                continue
            if (here / name).is_symlink():
                yield relative, here / name
            else:
                entered.append(name)
        subfolders[:] = entered
        for name in sorted(names):
            relative = (here / name).relative_to(root).as_posix()
            if not spec.match_file(relative):
                yield relative, here / name


def _refusal(root: Path, relative: str, path: Path, spec: GitIgnoreSpec) -> str | None:
    try:
        relative.encode()
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    try:
        if path.is_symlink():
            problem = _link_refusal(root, path, spec)
            if problem:
                return problem
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            return "is no regular file"
        with path.open("rb"):
            return None
    except OSError as err:
        return f"can not be read: {err.strerror}"


def _link_refusal(root: Path, path: Path, spec: GitIgnoreSpec) -> str | None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return f"is a link to {path.readlink()}, which does not exist"
    base = root.resolve()
    if not target.is_relative_to(base):
        return f"is a link that leads outside the project, to {target}"
    if target.is_dir():
        return f"is a link to the folder {target.relative_to(base)}; copy it instead"
    inside = target.relative_to(base).as_posix()
    if spec.match_file(inside):
        return f"is a link to {inside}, which is left out of the bundle"
    return None


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()
