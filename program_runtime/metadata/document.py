"""program.json, read and checked."""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

from program_runtime.errors import BadMetadataError, Problem
from program_runtime.metadata import (
    bounds,
    json_text,
    problems,
    retired,
    schema_check,
    values,
    wording,
)

__all__ = [
    "MAX_BYTES",
    "SPEC_PARTS",
    "ProgramMetadata",
    "parse_metadata",
    "program_schema",
]

MAX_BYTES: Final = 512 * 1024
SPEC_PARTS: Final = retired.SPEC_PARTS
_MAX_DEPTH = 60
_MAX_NODES = 30_000
_SCHEMAS = ("parameters", "return_values", "interim_results")
_BETTER = {
    "$.name": (
        "must be lower-case letters, digits, - and _, 63 at most",
        "it begins with a letter or a digit",
    ),
    "$.version": (
        "must be a semantic version",
        "write MAJOR.MINOR.PATCH, such as 1.0.0",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramMetadata:
    """What a program says of itself, checked."""

    name: str
    version: str
    description: str = ""
    max_execution_time: int | None = None
    """Seconds, or None for the service's own limit."""
    spec: dict[str, Any] = field(default_factory=dict)
    """``backend_requirements`` and the schemas, each ``{}`` if not given."""
    retry: bool = False
    is_public: bool = False
    budget: dict[str, float] = field(default_factory=dict)
    """The most that a run on the sample inputs may ask of a backend."""
    raw: dict[str, Any] = field(default_factory=dict)
    """The document as it was written."""

    def to_dict(self) -> dict[str, Any]:
        """Return the document in its present form, whatever form was read."""
        found: dict[str, Any] = {
            "name": self.name,
            "version": self.version,
            "description": self.description,
        }
        if self.max_execution_time is not None:
            found["max_execution_time"] = self.max_execution_time
        if self.is_public:
            found["is_public"] = True
        if self.retry:
            found["retry"] = True
        if self.budget:
            found["budget"] = dict(self.budget)
        found["spec"] = copy.deepcopy(self.spec)
        extra = {k: v for k, v in self.raw.items() if k.startswith("x-")}
        return {**found, **copy.deepcopy(extra)}


def parse_metadata(
    source: str | bytes | Mapping[str, Any], *, strict_version: bool = True
) -> ProgramMetadata:
    """Return the metadata of a program, in whatever form it is written.

    The forms of the retired service are read too: the parts of ``spec`` at the
    top, lists of ``{name, description, type, required}``, ``cost`` for
    ``max_execution_time``.

    Args:
        source: JSON text, or the value of one.
        strict_version: Whether a version must be given, in full. Otherwise a
            missing one is 1.0.0, ``"1.0"`` is completed, and names that are not
            known are dropped, as the retired client did.

    Raises:
        BadMetadataError: All that is wrong, with JSON paths.
    """
    document = _read(source)
    current, moved = retired.modernise(document, lenient=not strict_version)
    found = _check(current)
    if found:
        raise BadMetadataError(
            "The metadata can not be used:",
            problems=[_original_path(problem, moved) for problem in found],
        )
    spec = current.get("spec", {})
    return ProgramMetadata(
        name=current["name"],
        version=current["version"],
        description=current.get("description", ""),
        max_execution_time=current.get("max_execution_time"),
        spec={**{part: spec.get(part, {}) for part in SPEC_PARTS}, **spec},
        retry=current.get("retry", False),
        is_public=current.get("is_public", False),
        budget=dict(current.get("budget", {})),
        raw=document,
    )


@functools.cache
def program_schema() -> dict[str, Any]:
    """Return the JSON Schema of program.json."""
    folder = resources.files("program_runtime.metadata")
    text = (folder / "schemas" / "program.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def _read(source: str | bytes | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(source, (str, bytes)):
        if len(source) > MAX_BYTES:
            size = f"{len(source):,} bytes"
            raise BadMetadataError(
                f"The metadata has {size}, {MAX_BYTES:,} are allowed."
            )
        try:
            value = json_text.load(source)
        except json_text.NotJsonError as error:
            raise BadMetadataError(f"The metadata is not JSON: {error}.") from error
    else:
        value = dict(source) if isinstance(source, Mapping) else source
    if not isinstance(value, dict):
        kind = wording.kind(value)
        raise BadMetadataError(f"The metadata is {kind}, it must be an object.")
    exceeded = bounds.exceeded(value, depth=_MAX_DEPTH, nodes=_MAX_NODES)
    if exceeded:
        raise BadMetadataError("The metadata can not be used:", problems=exceeded)
    return copy.deepcopy(value)


def _check(document: dict[str, Any]) -> list[Problem]:
    found = [
        _reworded(problem)
        for problem in values.validate_value(program_schema(), document, path="$")
    ]
    spec = document.get("spec")
    if not isinstance(spec, dict):
        return problems.bounded(found)
    for part in _SCHEMAS:
        if isinstance(spec.get(part), (dict, bool)):
            path = f"$.spec.{part}"
            found += schema_check.check_schema(spec[part], path=path)
    parameters = spec.get("parameters")
    if isinstance(parameters, dict) and parameters.get("type", "object") != "object":
        shown = wording.show(parameters["type"])
        message = f"is {shown}, must be 'object': inputs have names"
        found.append(Problem(path="$.spec.parameters.type", message=message))
    return problems.bounded(found)


def _reworded(problem: Problem) -> Problem:
    if problem.path in _BETTER and ", must match " in problem.message:
        message, hint = _BETTER[problem.path]
        given = problem.message.partition(", must match ")[0]
        return Problem(path=problem.path, message=f"{given}, {message}", hint=hint)
    if problem.path in _BETTER and problem.message != "is required":
        hint = _BETTER[problem.path][1]
        return Problem(path=problem.path, message=problem.message, hint=hint)
    if problem.path == "$.version":
        return Problem(path="$.version", message="is required", hint="such as 1.0.0")
    return problem


def _original_path(problem: Problem, moved: Mapping[str, str]) -> Problem:
    """Return the problem with the path that the author's own document has."""
    for now, before in moved.items():
        if problem.path == now or problem.path.startswith((f"{now}.", f"{now}[")):
            path = before + problem.path[len(now) :]
            return Problem(path=path, message=problem.message, hint=problem.hint)
    return problem
