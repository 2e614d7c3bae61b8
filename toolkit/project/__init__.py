"""A program project: load it, read its interface, make a new one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.project.interface import (
        Interface,
        Parameter,
        ParameterKind,
        read_interface,
    )
    from toolkit.project.project import Project, find_root, load_project
    from toolkit.project.samples import read_sample, sample_inputs, sample_path
    from toolkit.project.scaffold import new_project
    from toolkit.project.templates import Template, built_in

__all__ = [
    "Interface",
    "Parameter",
    "ParameterKind",
    "Project",
    "Template",
    "built_in",
    "find_root",
    "load_project",
    "new_project",
    "read_interface",
    "read_sample",
    "sample_inputs",
    "sample_path",
]

_HOMES = {
    "Interface": "interface",
    "Parameter": "interface",
    "ParameterKind": "interface",
    "Project": "project",
    "Template": "templates",
    "built_in": "templates",
    "find_root": "project",
    "load_project": "project",
    "new_project": "scaffold",
    "read_interface": "interface",
    "read_sample": "samples",
    "sample_inputs": "samples",
    "sample_path": "samples",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
