"""Named sample inputs: ``inputs/<name>.json`` beside the program."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from program_runtime.errors import Problem, UndecodableError
from toolkit.errors import ProjectError, SampleNotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.project.project import Project

__all__ = ["SAMPLES", "list_samples", "read_sample", "sample_inputs", "sample_path"]

SAMPLES = "inputs"


def list_samples(root: Path) -> dict[str, Path]:
    """Find the sample files of a folder, by name, sorted."""
    return {path.stem: path for path in sorted((root / SAMPLES).glob("*.json"))}


def sample_inputs(project: Project) -> dict[str, Path]:
    """Find a project's sample inputs: name -> file."""
    return list_samples(project.root)


def sample_path(project: Project, name: str) -> Path:
    """Find one sample by its name.

    Args:
        project: The project.
        name: The file's name without ``.json``.

    Returns:
        The file.

    Raises:
        SampleNotFoundError: There is none; the hint names the nearest, or all.
    """
    known = sample_inputs(project)
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        hint = f"Did you mean {near[0]!r}?"
    elif known:
        hint = f"There are: {', '.join(known)}."
    else:
        hint = f"Write one: {SAMPLES}/{name}.json."
    raise SampleNotFoundError(f"There are no sample inputs {name!r}.", hint=hint)


def read_sample(path: Path) -> dict[str, Any]:
    """Read a file of inputs; encoded quantum values in it are decoded.

    Args:
        path: A JSON file that holds one object.

    Returns:
        The inputs by name, still in their human forms where the file has those.

    Raises:
        ProjectError: The file can not be read, is no JSON, or holds no object.
    """
    from program_runtime import codec  # noqa: PLC0415 - not needed to list samples

    where = f"{path.parent.name}/{path.name}"
    try:
        value = codec.decode(path.read_bytes())
    except (OSError, UndecodableError) as err:
        raise _error(where, f"can not be read: {err}") from err
    if not isinstance(value, dict):
        raise _error(where, f"holds a {type(value).__name__}, not an object")
    return value


def _error(where: str, message: str) -> ProjectError:
    return ProjectError(
        "The inputs can not be used:", problems=[Problem(path=where, message=message)]
    )
