"""Do the parameters of ``main`` and the schema of the inputs agree?"""

from __future__ import annotations

import ast
import difflib
from typing import TYPE_CHECKING, Any

from toolkit.checks.finding import Code, Severity
from toolkit.errors import AnnotationError
from toolkit.project.annotations import schema_of
from toolkit.project.interface import Interface, ParameterKind
from toolkit.project.project import METADATA, SOURCE
from toolkit.project.signature_schema import merged_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding
    from toolkit.project.interface import Parameter

__all__ = ["CODES", "check"]

NOT_IN_MAIN = Code("QRT110", Severity.ERROR, "The schema names what main does not take")
NOT_IN_SCHEMA = Code(
    "QRT111", Severity.ERROR, "main needs a parameter that the schema lacks"
)
UNDESCRIBED = Code(
    "QRT112", Severity.WARNING, "main takes an option that the schema lacks"
)
SHOULD_REQUIRE = Code(
    "QRT113", Severity.ERROR, "The schema makes a needed parameter optional"
)
NEED_NOT_REQUIRE = Code(
    "QRT114", Severity.WARNING, "The schema requires a parameter that has a default"
)
OTHER_DEFAULT = Code(
    "QRT115", Severity.WARNING, "Schema and main disagree about a default"
)
NOT_BY_NAME = Code("QRT116", Severity.ERROR, "An input can not be passed by its name")
OTHER_TYPE = Code(
    "QRT117", Severity.WARNING, "Schema and annotation disagree about a type"
)

CODES = (
    NOT_IN_MAIN,
    NOT_IN_SCHEMA,
    UNDESCRIBED,
    SHOULD_REQUIRE,
    NEED_NOT_REQUIRE,
    OTHER_DEFAULT,
    NOT_BY_NAME,
    OTHER_TYPE,
)

_WHERE = f"{METADATA} $.spec.parameters"


def check(context: CheckContext) -> Iterator[Finding]:
    """Report every way in which signature and schema have drifted apart."""
    interface = context.interface
    if not isinstance(interface, Interface):
        return
    yield from _not_by_name(interface)
    schema = context.parameters
    if schema is None:
        schema = {}
        if context.spec.get("parameters"):
            return  # The schema itself is wrong, which another check says.
    described = schema.get("properties", {})
    required = schema.get("required", [])
    yield from _missing_in_main(interface, described)
    for parameter in interface.inputs:
        if parameter.name in described:
            schema = described[parameter.name]
            yield from _compare(parameter, schema, required)
            yield from _other_type(parameter, schema, interface)
        else:
            yield _missing_in_schema(parameter, described, interface)


def _not_by_name(interface: Interface) -> Iterator[Finding]:
    wrong = {
        ParameterKind.POSITIONAL_ONLY: "is positional-only",
        ParameterKind.VAR_POSITIONAL: "collects positional arguments",
    }
    for parameter in interface.parameters:
        if parameter.kind in wrong:
            yield NOT_BY_NAME.finding(
                f"{parameter.name} {wrong[parameter.kind]}, but inputs are passed by "
                "name.",
                path=SOURCE,
                line=parameter.line,
                hint="Put it behind `*` as a keyword-only parameter.",
            )


def _missing_in_main(
    interface: Interface, described: dict[str, Any]
) -> Iterator[Finding]:
    if interface.accepts_any:
        return
    taken = {parameter.name for parameter in interface.inputs}
    for name in described:
        if name not in taken:
            yield NOT_IN_MAIN.finding(
                f"main has no parameter {name!r}.",
                path=f"{_WHERE}.properties.{name}",
                hint=_near(name, taken - set(described))
                or "Add it to main, or remove it here.",
            )


def _missing_in_schema(
    parameter: Parameter, described: dict[str, Any], interface: Interface
) -> Finding:
    code = UNDESCRIBED if parameter.has_default else NOT_IN_SCHEMA
    taken = {other.name for other in interface.inputs}
    return code.finding(
        f"The schema does not describe {parameter.name!r}.",
        path=SOURCE,
        line=parameter.line,
        hint=_near(parameter.name, set(described) - taken)
        or f"Add it to spec.parameters.properties in {METADATA}.",
    )


def _compare(
    parameter: Parameter, schema: Any, required: list[str]
) -> Iterator[Finding]:
    name = parameter.name
    if not parameter.has_default and name not in required:
        yield SHOULD_REQUIRE.finding(
            f"main needs {name!r}, but the schema lets callers leave it out.",
            path=f"{_WHERE}.required",
            hint="Add it here, or give it a default in main.",
        )
    if parameter.has_default and name in required:
        yield NEED_NOT_REQUIRE.finding(
            f"main has the default {parameter.default} for {name!r}, which no caller "
            "can use.",
            path=f"{_WHERE}.required",
            hint="Remove it here, or remove the default.",
        )
    if isinstance(schema, dict) and "default" in schema and parameter.has_default:
        known, value = _literal(parameter.default or "")
        if known and not _same(value, schema["default"]):
            yield OTHER_DEFAULT.finding(
                f"The schema says {schema['default']!r}, main says {value!r}; the "
                "latter is used.",
                path=f"{_WHERE}.properties.{name}.default",
            )


def _other_type(
    parameter: Parameter, schema: Any, interface: Interface
) -> Iterator[Finding]:
    """What has no JSON Schema may be described as the author likes."""
    try:
        made = schema_of(parameter.annotation or "", interface.names)
    except AnnotationError:
        return
    if not isinstance(schema, dict):
        return
    for key, value in merged_schema(made, schema).items():
        if key in made and key != "description" and value != schema.get(key):
            yield OTHER_TYPE.finding(
                f"main annotates {parameter.name!r} as {parameter.annotation}, so "
                f"{key} is {value!r}, and the schema says "
                f"{schema.get(key, 'nothing')!r}.",
                path=f"{_WHERE}.properties.{parameter.name}",
                hint="`qrt metadata sync` writes what main says.",
            )
            return


def _literal(source: str) -> tuple[bool, Any]:
    try:
        return True, ast.literal_eval(source)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False, None


def _same(value: Any, described: Any) -> bool:
    if isinstance(value, tuple):
        value = list(value)
    if isinstance(value, bool) or isinstance(described, bool):
        return value is described
    return bool(value == described)


def _near(name: str, names: Iterable[str]) -> str | None:
    found = difflib.get_close_matches(name, sorted(names), n=1)
    return f"Did you mean {found[0]!r}?" if found else None
