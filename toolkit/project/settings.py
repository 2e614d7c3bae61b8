"""What a program's pyproject.toml says: its requirements and ``[tool.qrt]``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from program_runtime.errors import Problem
from toolkit.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["PYPROJECT", "ProjectFile", "read_pyproject"]

PYPROJECT = "pyproject.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """The part of a pyproject.toml that the toolkit reads."""

    requirements: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def read_pyproject(root: Path) -> ProjectFile:
    """Read the project's pyproject.toml; a project without one has no requirements.

    Args:
        root: The project's folder.

    Returns:
        ``[project] dependencies`` and the table ``[tool.qrt]``.

    Raises:
        ProjectError: The file is no TOML, or a value has the wrong type.
    """
    path = root / PYPROJECT
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ProjectFile()
    except (OSError, ValueError, RecursionError) as err:
        raise _error(PYPROJECT, f"can not be read: {err}") from err
    requirements = _table(tables, "project").get("dependencies", [])
    if not isinstance(requirements, list) or not all(
        isinstance(requirement, str) for requirement in requirements
    ):
        raise _error(f"{PYPROJECT}: project.dependencies", "is not a list of texts")
    return ProjectFile(
        requirements=tuple(requirements),
        settings=_table(_table(tables, "tool"), "qrt"),
    )


def _table(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name, {})
    if not isinstance(value, dict):
        raise _error(f"{PYPROJECT}: {name}", "is not a table")
    return value


def _error(path: str, message: str) -> ProjectError:
    return ProjectError(
        f"{PYPROJECT} can not be used:", problems=[Problem(path=path, message=message)]
    )
