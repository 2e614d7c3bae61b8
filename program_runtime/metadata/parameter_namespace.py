"""A program's parameters as attributes that can be filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.errors import BadInputsError
from program_runtime.metadata import values, wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["ParameterNamespace"]

_COLUMNS = ("Name", "Value", "Type", "Required", "Description")
_CELL_CHARACTERS = 40


class ParameterNamespace:
    """The parameters of a program; each is None until it is set.

    Example:
        >>> schema = {"properties": {"iterations": {"type": "integer"}}}
        >>> inputs = ParameterNamespace(schema)
        >>> inputs.iterations = 100
        >>> inputs.validate()
        >>> inputs.to_dict()
        {'iterations': 100}

    Args:
        parameters: The JSON Schema ``spec.parameters`` of the program.
    """

    __slots__ = ("_schema", "_values")

    _schema: dict[str, Any]
    _values: dict[str, Any]

    def __init__(self, parameters: Mapping[str, Any] | None = None) -> None:
        object.__setattr__(self, "_schema", dict(parameters or {}))
        object.__setattr__(self, "_values", dict.fromkeys(self._properties()))

    @property
    def metadata(self) -> dict[str, Any]:
        """The schema, as the program's author wrote it."""
        return self._schema

    def validate(self) -> None:
        """Check what is set: names, types, ranges, quantum formats, completeness.

        Raises:
            BadInputsError: All that is wrong.
        """
        problems = values.validate_inputs(self._schema, self.to_dict())
        if problems:
            raise BadInputsError(
                "The inputs do not fit the program:", problems=problems
            )

    def to_dict(self) -> dict[str, Any]:
        """Return what is set, by name; main's own defaults stand for the rest."""
        required = self._required()
        return {
            name: value
            for name, value in self._values.items()
            if value is not None or (name in required and self._takes_null(name))
        }

    def _properties(self) -> dict[str, Any]:
        found = self._schema.get("properties")
        return found if isinstance(found, dict) else {}

    def _required(self) -> Iterable[Any]:
        found = self._schema.get("required")
        return found if isinstance(found, list) else ()

    def _takes_null(self, name: str) -> bool:
        schema = self._properties().get(name)
        types = schema.get("type") if isinstance(schema, dict) else None
        return types == "null" or (isinstance(types, list) and "null" in types)

    def __getattr__(self, name: str) -> Any:
        # Not self._values: a copy asks for attributes before it has any.
        found = object.__getattribute__(self, "_values")
        if name in found:
            return found[name]
        hint = wording.did_you_mean(name, found)
        raise AttributeError(f"no parameter {name!r}" + (f"; {hint}" if hint else ""))

    def __setattr__(self, name: str, value: Any) -> None:
        if name in type(self).__slots__ or name == "metadata":
            raise AttributeError(f"{name} can not be set")
        self._values[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self._values:
            raise AttributeError(f"no parameter {name!r}")
        if name in self._properties():
            self._values[name] = None
        else:
            del self._values[name]

    def __dir__(self) -> list[str]:
        return sorted({*self._values, "metadata", "to_dict", "validate"})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ParameterNamespace):
            return NotImplemented
        return self._schema == other._schema and self._values == other._values

    __hash__ = None  # type: ignore[assignment]  # its values change

    def __getstate__(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return self._schema, self._values

    def __setstate__(self, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
        object.__setattr__(self, "_schema", state[0])
        object.__setattr__(self, "_values", dict(state[1]))

    def __repr__(self) -> str:
        given = [f"{k}={wording.show(v)}" for k, v in self.to_dict().items()]
        return f"ParameterNamespace({', '.join(given)})"

    def __str__(self) -> str:
        required = set(map(str, self._required()))
        rows: list[tuple[str, ...]] = [_COLUMNS]
        for name, value in self._values.items():
            schema = self._properties().get(name)
            schema = schema if isinstance(schema, dict) else {}
            rows.append(
                (
                    name,
                    "None" if value is None else wording.show(value),
                    _type_name(schema),
                    str(name in required),
                    str(schema.get("description", "None")),
                )
            )
        return f"ParameterNamespace (Values):\n{_table(rows)}"


def _type_name(schema: dict[str, Any]) -> str:
    if "format" in schema:
        return str(schema["format"])
    types = schema.get("type", "None")
    return " or ".join(map(str, types)) if isinstance(types, list) else str(types)


def _table(rows: list[tuple[str, ...]]) -> str:
    cells = [[_cell(text) for text in row[:-1]] + [_line(row[-1])] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "| " + " | ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _cell(text: str) -> str:
    text = _line(text)
    return (
        text if len(text) <= _CELL_CHARACTERS else f"{text[: _CELL_CHARACTERS - 3]}..."
    )


def _line(text: str) -> str:
    return " ".join(text.split())
