"""The folders that a Python program needs to read: its interpreter and its packages."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import program_runtime

__all__ = ["interpreter_folders"]


def interpreter_folders() -> list[str]:
    """Find what this interpreter was started from and may import from.

    Of an editable install only the package ``program_runtime`` is among them, never
    the checkout around it, which holds what no program is to see. A folder that the
    operator put on the path counts as a whole.

    The answer is kept: a process that asks before it forks spares its children the
    search.

    Returns:
        Absolute paths, none beneath another one. A folder that is reached by a link is
        there twice, by its name and by what the name stands for.
    """
    prefixes = (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
    package = Path(program_runtime.__file__).parent
    return list(_find(package, sys.executable, prefixes, tuple(sys.path)))


@functools.lru_cache(maxsize=8)
def _find(
    package: Path, executable: str, prefixes: tuple[str, ...], path: tuple[str, ...]
) -> tuple[str, ...]:
    on_path = {
        entry
        for entry in map(Path, path)
        if entry != package.parent or _is_installed(entry)
    }
    # An environment's interpreter is a link; an embedded one has no name.
    programs = {Path(executable).resolve().parent} if executable else set()
    return _outermost({package, *programs, *map(Path, prefixes), *on_path})


def _is_installed(folder: Path) -> bool:
    """Installers leave these beside what they install; no checkout has them."""
    return any(folder.glob("*.dist-info"))


def _outermost(folders: set[Path]) -> tuple[str, ...]:
    """Drop what lies beneath another one, is no folder, or is the whole machine.

    The root folder is the prefix of an interpreter that was started as ``/bin/python``.
    """
    named = {path for path in folders if path.is_absolute() and path.is_dir()}
    wanted = {path for name in named for path in (name, name.resolve())}
    wanted.discard(Path("/"))
    outermost = [path for path in wanted if wanted.isdisjoint(path.parents)]
    return tuple(sorted(map(str, outermost)))
