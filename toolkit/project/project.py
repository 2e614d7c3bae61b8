"""A program project: the folder an author works in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime import metadata
from program_runtime.errors import BadMetadataError, Problem
from toolkit.errors import InterfaceError, ProjectError
from toolkit.project import interface, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.metadata import ProgramMetadata
    from toolkit.project.interface import Interface

__all__ = ["METADATA", "SOURCE", "Project", "find_root", "load_project"]

SOURCE = "program.py"
METADATA = "program.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Everything known about a project without running it."""

    root: Path
    metadata: ProgramMetadata
    source_path: Path
    requirements: tuple[str, ...]
    settings: Mapping[str, Any]
    """The table ``[tool.qrt]`` of pyproject.toml."""
    interface: Interface


def find_root(start: Path) -> Path | None:
    """Find the nearest folder upward from ``start`` that holds a program.json."""
    start = start.absolute()
    for folder in (start, *start.parents):
        if (folder / METADATA).is_file():
            return folder
    return None


def load_project(root: Path) -> Project:
    """Load a project; nothing in it is imported or run.

    Args:
        root: The folder that holds program.py and program.json.

    Returns:
        The project.

    Raises:
        ProjectError: Something is missing or wrong; lists every problem.
    """
    root = Path(root).absolute()
    if not (root / SOURCE).is_file() and not (root / METADATA).is_file():
        what = (
            "holds no program.py and program.json" if root.is_dir() else "is no folder"
        )
        raise ProjectError(
            f"{root} {what}.",
            hint="Make a project with `qrt new DIR`, or name its folder.",
        )
    problems: list[Problem] = []
    program = _metadata(root, problems)
    signature = _interface(root, problems)
    pyproject = settings.ProjectFile()
    try:
        pyproject = settings.read_pyproject(root)
    except ProjectError as err:
        problems.extend(err.problems)
    if program is None or signature is None or problems:
        raise ProjectError(
            f"The project in {root} can not be used:",
            problems=problems,
            hint="`qrt check` shows everything that is wrong.",
        )
    return Project(
        root=root,
        metadata=program,
        source_path=root / SOURCE,
        requirements=pyproject.requirements,
        settings=pyproject.settings,
        interface=signature,
    )


def _metadata(root: Path, problems: list[Problem]) -> ProgramMetadata | None:
    try:
        source = (root / METADATA).read_bytes()
        return metadata.parse_metadata(source, strict_version=False)
    except OSError as err:
        problems.append(Problem(path=METADATA, message=_unreadable(err)))
    except BadMetadataError as err:
        problems.extend(
            Problem(path=f"{METADATA} {p.path}", message=p.message, hint=p.hint)
            for p in err.problems
        )
        if not err.problems:
            problems.append(Problem(path=METADATA, message=err.summary))
    return None


def _interface(root: Path, problems: list[Problem]) -> Interface | None:
    try:
        return interface.read_interface((root / SOURCE).read_bytes(), SOURCE)
    except OSError as err:
        problems.append(Problem(path=SOURCE, message=_unreadable(err)))
    except InterfaceError as err:
        where = f"{SOURCE}:{err.line}" if err.line else SOURCE
        message = err.message.removeprefix(f"{where}: ")
        problems.append(Problem(path=where, message=message, hint=err.hint))
    return None


def _unreadable(err: OSError) -> str:
    if isinstance(err, FileNotFoundError):
        return "is missing"
    return f"can not be read: {err.strerror or err}"
