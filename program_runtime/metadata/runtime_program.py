"""A program as the service lists it."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from program_runtime.errors import NotAuthorizedError
from program_runtime.metadata import parameter_namespace, retired

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["RuntimeProgram"]


class RuntimeProgram:
    """The metadata of a published program.

    Args:
        program_name: The program's name.
        program_id: What ``run`` is called with.
        description: What the program does.
        parameters: JSON Schema of the inputs.
        return_values: JSON Schema of the result.
        interim_results: JSON Schema of each interim result.
        max_execution_time: Seconds after which a job is stopped; 0 if not given.
        backend_requirements: What the program needs of a backend.
        creation_date: When it was first published, ISO 8601.
        update_date: When it was last published, ISO 8601.
        is_public: Whether everybody may run it.
        data: The source, for those who may see it; or a function that fetches it
            when it is first asked for.
        version: The release these metadata belong to.
        labels: Versions by label, such as ``latest``.
        owner: Who published it.
    """

    def __init__(  # noqa: PLR0917 - the order of the retired class
        self,
        program_name: str,
        program_id: str,
        description: str = "",
        parameters: Mapping[str, Any] | None = None,
        return_values: Mapping[str, Any] | None = None,
        interim_results: Mapping[str, Any] | None = None,
        *,
        max_execution_time: int = 0,
        backend_requirements: Mapping[str, Any] | None = None,
        creation_date: str = "",
        update_date: str = "",
        is_public: bool = False,
        data: str | Callable[[], str] = "",
        version: str = "",
        labels: Mapping[str, str] | None = None,
        owner: str = "",
    ) -> None:
        self.name = program_name
        self.program_id = program_id
        self.description = description
        self.max_execution_time = max_execution_time
        self.backend_requirements = _own(backend_requirements)
        self.return_values = _own(return_values)
        self.interim_results = _own(interim_results)
        self.creation_date = creation_date
        self.update_date = update_date
        self.is_public = is_public
        self.version = version
        self.labels = dict(labels or {})
        self.owner = owner
        self._parameters = _own(parameters)
        self._data = data

    @classmethod
    def from_dict(
        cls, source: Mapping[str, Any], *, data: str | Callable[[], str] = ""
    ) -> RuntimeProgram:
        """Return the program that an answer of the service describes.

        Args:
            source: The service's object, or what ``to_dict`` returned.
            data: The source or a way to get it, if the answer does not hold it.
        """
        spec = source.get("spec") or {}
        parts = {name: spec.get(name, source.get(name)) for name in retired.SPEC_PARTS}
        name = source.get("name") or source.get("id") or ""
        return cls(
            name,
            source.get("id") or source.get("program_id") or name,
            source.get("description") or "",
            max_execution_time=source.get("max_execution_time")
            or source.get("cost")
            or 0,
            creation_date=source.get("creation_date") or "",
            update_date=source.get("update_date") or "",
            is_public=_is_public(source),
            data=source.get("data") or data,
            version=source.get("version") or "",
            labels=source.get("labels"),
            owner=source.get("owner") or "",
            **parts,
        )

    @property
    def data(self) -> str:
        """The source of program.py.

        Raises:
            NotAuthorizedError: It is not yours to see.
        """
        if callable(self._data):
            self._data = self._data()
        if not self._data:
            raise NotAuthorizedError(
                "Only program authors are authorized to retrieve program data."
            )
        return self._data

    def parameters(self) -> parameter_namespace.ParameterNamespace:
        """Return a new namespace to fill with inputs."""
        return parameter_namespace.ParameterNamespace(self._parameters)

    def to_dict(self) -> dict[str, Any]:
        """Return the metadata as plain values; the source is not among them."""
        return {
            "program_id": self.program_id,
            "name": self.name,
            "description": self.description,
            "max_execution_time": self.max_execution_time,
            "backend_requirements": copy.deepcopy(self.backend_requirements),
            "parameters": copy.deepcopy(self._parameters),
            "return_values": copy.deepcopy(self.return_values),
            "interim_results": copy.deepcopy(self.interim_results),
            "creation_date": self.creation_date,
            "update_date": self.update_date,
            "is_public": self.is_public,
            "version": self.version,
            "labels": dict(self.labels),
            "owner": self.owner,
        }

    def __repr__(self) -> str:
        return f"<{type(self).__name__}('{self.program_id}')>"

    def __str__(self) -> str:
        lines = [
            f"{self.program_id}:",
            f"  Name: {self.name}",
            f"  Description: {self.description}",
            f"  Version: {self.version or 'none'}",
            f"  Owner: {self.owner or 'none'}",
            f"  Creation date: {self.creation_date}",
            f"  Update date: {self.update_date}",
            f"  Max execution time: {self.max_execution_time}",
            "  Backend requirements:",
            *_requirements(self.backend_requirements),
            "  Input parameters:",
            *_schema(self._parameters),
            "  Interim results:",
            *_schema(self.interim_results),
            "  Returns:",
            *_schema(self.return_values),
        ]
        return "\n".join(lines)


def _own(value: Mapping[str, Any] | bool | None) -> dict[str, Any]:  # noqa: FBT001
    """Copy a schema; true and false are schemas too, and have a form as objects."""
    if isinstance(value, bool):
        return {} if value else {"not": {}}
    return copy.deepcopy(dict(value or {}))


def _is_public(source: Mapping[str, Any]) -> bool:
    if "is_public" in source:
        return bool(source["is_public"])
    return source.get("visibility") == "public"


def _requirements(requirements: dict[str, Any]) -> list[str]:
    names = {"min_num_qubits": "Minimum number of qubits"}
    return [
        f"    {names.get(key) or _sentence(key)}: {value}"
        for key, value in requirements.items()
    ] or ["    none"]


def _schema(schema: dict[str, Any]) -> list[str]:
    lines = []
    if "description" in schema:
        lines.append(f"    Description: {schema['description']}")
    if "type" in schema:
        lines.append(f"    Type: {schema['type']}")
    properties = schema.get("properties")
    if isinstance(properties, dict):
        required = schema.get("required", [])
        lines.append("    Properties:")
        for name, value in properties.items():
            lines.append(f"        - {name}:")
            lines += _property(value)
            lines.append(f"            Required: {name in required}")
    if not lines and schema:
        lines.append(f"    {schema}")
    return lines or ["    none"]


def _property(schema: Any) -> list[str]:
    if not isinstance(schema, dict):
        return []
    return [f"            {_sentence(key)}: {value}" for key, value in schema.items()]


def _sentence(name: str) -> str:
    """Return ``minItems`` or ``min_items`` as ``Min items``."""
    words = re.sub(r"([A-Z])", r" \1", name).replace("_", " ").strip()
    return words[:1].upper() + words[1:].lower()
