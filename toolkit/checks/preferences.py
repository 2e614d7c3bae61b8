"""What ``[tool.qrt.check]`` of a project's pyproject.toml says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.checks.finding import Finding

__all__ = ["TABLE", "Preferences", "ignored_in_runs", "read_preferences"]

TABLE = "tool.qrt.check"
_KEYS = ("ignore", "per-file-ignores", "ruff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How a project wants to be checked."""

    ignores: tuple[tuple[str | None, str], ...] = ()
    """A pattern of files (gitignore syntax; None: the project) and a code."""
    ruff: bool = True
    """Whether Ruff is asked, if it is there."""
    problems: tuple[str, ...] = ()
    """What of the table can not be used."""

    def ignoring(self, finding: Finding) -> Iterator[str | None]:
        """Name the patterns under which a finding is ignored."""
        for pattern, code in self.ignores:
            if code == finding.code and _matches(pattern, finding.file):
                yield pattern


def read_preferences(settings: Mapping[str, Any]) -> Preferences:
    """Read the table ``check`` of ``[tool.qrt]``.

    Args:
        settings: The table ``[tool.qrt]``.

    Returns:
        What can be used of it; the rest is in ``problems``.
    """
    table = settings.get("check", {})
    if not isinstance(table, dict):
        return Preferences(problems=(f"{TABLE} is not a table.",))
    problems = [
        f"{TABLE} has no {name!r}; it has {', '.join(_KEYS)}."
        for name in table
        if name not in _KEYS
    ]
    ignores = [(None, code) for code in _codes(table.get("ignore", []), "", problems)]
    files = table.get("per-file-ignores", {})
    if not isinstance(files, dict):
        problems.append(f"{TABLE}.per-file-ignores is not a table.")
        files = {}
    found: list[tuple[str | None, str]] = [*ignores]
    for pattern, codes in files.items():
        where = f"per-file-ignores.{pattern!r}"
        found += [(pattern, code) for code in _codes(codes, where, problems)]
    ruff = table.get("ruff", True)
    if not isinstance(ruff, bool):
        problems.append(f"{TABLE}.ruff is {ruff!r}, and not true or false.")
        ruff = True
    return Preferences(ignores=tuple(found), ruff=ruff, problems=tuple(problems))


def ignored_in_runs(settings: Mapping[str, Any]) -> frozenset[str]:
    """Name the codes that a project ignores everywhere, for reports without files.

    Args:
        settings: The table ``[tool.qrt]``.
    """
    ignores = read_preferences(settings).ignores
    return frozenset(code for pattern, code in ignores if pattern is None)


def _codes(value: Any, where: str, problems: list[str]) -> list[str]:
    if isinstance(value, list) and all(isinstance(code, str) for code in value):
        return list(dict.fromkeys(value))
    problems.append(f"{TABLE}.{where or 'ignore'} is not a list of codes.")
    return []


def _matches(pattern: str | None, file: str | None) -> bool:
    if pattern is None:
        return True
    if file is None:
        return False
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - only where there are any

    try:
        return GitIgnoreSpec.from_lines([pattern]).match_file(file)
    except ValueError:
        return False
