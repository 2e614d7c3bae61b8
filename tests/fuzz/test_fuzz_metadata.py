"""Metadata, schemas and inputs of any shape: accepted, or refused by naming problems."""

import json

import pytest
from fuzzing import fuzz, is_printable, memory_below
from hypothesis import strategies as st

from program_runtime.errors import BadInputsError, BadMetadataError, Problem
from program_runtime.metadata import (
    ParameterNamespace,
    RuntimeProgram,
    check_schema,
    coerce_inputs,
    parse_metadata,
    pattern_syntax,
    patterns,
    program_schema,
    validate_inputs,
    validate_value,
    work,
)

MIB = 1024 * 1024
MESSAGE_CHARACTERS = 100_000
GOOD = {
    "name": "hello",
    "version": "1.0.0",
    "description": "Says hello.",
    "max_execution_time": 300,
    "spec": {
        "backend_requirements": {"min_num_qubits": 2},
        "parameters": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "a": {"type": "integer", "minimum": 0},
                "b": {"type": "array", "items": {"format": "complex"}},
                "c": {"format": "sparse-pauli-op", "maxQubits": 3},
            },
            "required": ["a"],
        },
        "return_values": {"type": "object"},
    },
}
KEYWORDS = [
    *("$ref", "$dynamicRef", "$id", "$schema", "$anchor", "$defs", "definitions"),
    *("additionalItems", "additionalProperties", "allOf", "anyOf", "const", "contains"),
    *("contentSchema", "default", "dependentRequired", "dependentSchemas", "else"),
    *("enum", "exclusiveMaximum", "exclusiveMinimum", "format", "if", "items"),
    *("maxContains", "maxItems", "maxLength", "maxProperties", "maximum"),
    *("minContains", "minItems", "minLength", "minProperties", "minimum", "multipleOf"),
    *("not", "oneOf", "pattern", "patternProperties", "prefixItems", "properties"),
    *("propertyNames", "required", "then", "type", "unevaluatedItems"),
    *("unevaluatedProperties", "uniqueItems", "maxQubits", "parametrized", "dtype"),
    *("shape", "description", "unknown"),
]
NAMES = [
    *program_schema()["properties"],
    *program_schema()["properties"]["spec"]["properties"],
    *("cost", "a", "b", "c", "x-team", "backend", "user_messenger", "e\u0301", "\x1b"),
]
HOSTILE_TEXTS = [
    *("", "\0", "\ud800", "\x1b[2J", "\u202e", "1.0.0", "object", "integer", "null"),
    *("#", "#/", "#/$defs/a", "#/properties/a", "#/%24defs/a", "http://127.0.0.1/x"),
    *("file:///etc/passwd", "^(a+)+$", "(a|a)*b", "[", "a{99999}", "(?=a)", "\\1"),
    *("ndarray", "complex", "quantum-circuit", "sparse-pauli-op", "float64", "|O"),
    *("OPENQASM 3; include '/etc/passwd';", 'include "x.inc";', "1+2j", "x" * 1000),
]
texts = st.sampled_from(HOSTILE_TEXTS) | st.text(max_size=8)
numbers = st.one_of(
    st.integers(-3, 5),
    st.floats(),
    st.sampled_from([2**63, -(2**64), 10**400, 1e308, 5e-324, 0.1]),
)
names = st.sampled_from(NAMES + KEYWORDS) | texts
leaves = st.none() | st.booleans() | numbers | texts


def nested(inner):
    return st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5)


values = st.recursive(leaves, nested, max_leaves=20)
patterned = st.lists(
    st.sampled_from(
        [
            *"ab().|*+?^$[]-{},\\",
            "(?:",
            "{0,3}",
            "{9,}",
            "[^a]",
            "\\w",
            "\\b",
            "\\u00e9",
        ]
    ),
    max_size=14,
).map("".join)


def schemas_of(inner):
    """Schemas whose keywords mostly have values of the right kind."""
    maps = st.dictionaries(st.sampled_from([*"abc"]) | texts, inner, max_size=3)
    lists = st.lists(inner, min_size=1, max_size=3)
    kinds = st.sampled_from(
        ["array", "boolean", "integer", "null", "number", "object", "string"]
    )
    formats = st.sampled_from(["quantum-circuit", "sparse-pauli-op", "ndarray"])
    sizes = st.integers(0, 4)
    references = st.sampled_from(["#", "#/$defs/a", "#/$defs/b", "#/properties/a"])
    return st.fixed_dictionaries(
        {},
        optional={
            "$defs": maps,
            "$ref": references,
            "allOf": lists,
            "anyOf": lists,
            "oneOf": lists,
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "type": kinds | st.lists(kinds, min_size=1, max_size=3, unique=True),
            "format": formats | st.just("complex") | texts,
            "properties": maps,
            "patternProperties": st.dictionaries(patterned, inner, max_size=2),
            "additionalProperties": inner,
            "unevaluatedProperties": inner,
            "unevaluatedItems": inner,
            "propertyNames": inner,
            "dependentSchemas": maps,
            "dependentRequired": st.dictionaries(texts, st.lists(texts, unique=True)),
            "items": inner,
            "prefixItems": lists,
            "contains": inner,
            "minContains": sizes,
            "maxItems": sizes,
            "minProperties": sizes,
            "minLength": sizes,
            "uniqueItems": st.booleans(),
            "required": st.lists(st.sampled_from([*"abc"]), unique=True),
            "enum": st.lists(values, min_size=1, max_size=3),
            "const": values,
            "minimum": numbers,
            "exclusiveMaximum": numbers,
            "multipleOf": numbers,
            "pattern": patterned,
            "maxQubits": sizes,
            "dtype": st.sampled_from(["float64", "complexfloating", "|O", "number"]),
            "shape": st.lists(st.none() | sizes, max_size=3),
        },
    )


schemas = st.recursive(st.booleans() | st.just({}), schemas_of, max_leaves=8)
any_schema = schemas | st.dictionaries(st.sampled_from(KEYWORDS), values) | values


@st.composite
def documents(draw):
    """Metadata with a few parts replaced by anything."""
    document = json.loads(json.dumps(GOOD))
    for _ in range(draw(st.integers(0, 3))):
        place = document
        for part in draw(st.sampled_from([(), ("spec",), ("spec", "parameters")])):
            inner = place.get(part) if isinstance(place, dict) else None
            place = inner if isinstance(inner, dict) else place
        name = draw(st.sampled_from([*place, *NAMES]) | names)
        place[name] = draw(values | any_schema)
    return document


def check_problems(problems):
    """Problems are few, short, and may be printed."""
    assert all(type(problem) is Problem for problem in problems)
    assert all(is_printable(str(problem)) for problem in problems), problems
    assert sum(map(len, map(str, problems))) <= MESSAGE_CHARACTERS


def parsed(source, *, strict=True):
    try:
        return parse_metadata(source, strict_version=strict)
    except BadMetadataError as error:
        refused = error
    check_problems(refused.problems)
    assert is_printable(str(refused)), ascii(str(refused))
    return None


def examine(document, *, strict=True):
    """Parse a document from a value and from text; use what was accepted."""
    found = parsed(document, strict=strict)
    try:
        text = json.dumps(document)
    except ValueError:  # pragma: no cover - an integer of more digits than Python has
        return
    assert (parsed(text, strict=strict) is None) == (found is None)
    parsed(text.encode(), strict=strict)
    if found is None:
        return
    kept = found.to_dict()
    assert parse_metadata(kept).to_dict() == kept
    program = RuntimeProgram.from_dict(kept)
    assert str(program)
    assert repr(program)
    assert program.to_dict()["name"] == found.name
    assert str(program.parameters())


@fuzz(80, document=documents(), strict=st.booleans())
def test_documents_with_foreign_parts_are_accepted_or_refused(document, strict):
    examine(document, strict=strict)


@fuzz(40, value=values, strict=st.booleans())
def test_any_json_is_accepted_or_refused(value, strict):
    examine(value, strict=strict)


@fuzz(40, text=st.binary(max_size=200) | st.text(max_size=100) | patterned)
def test_any_text_is_refused(text):
    assert parsed(text) is None


def judged(schema, value):
    """Use a schema that was accepted, in every way that there is."""
    check_problems(validate_value(schema, value))
    namespace = ParameterNamespace(schema if isinstance(schema, dict) else {})
    assert str(namespace)
    if isinstance(schema, dict) and isinstance(value, dict):
        check_problems(validate_inputs(schema, value))
        try:
            coerced = coerce_inputs(schema, value)
        except BadInputsError as error:
            check_problems(error.problems)
        else:
            assert coerced.keys() == value.keys()
            check_problems(validate_inputs(schema, coerced))
        for name, inner in value.items():
            if name not in {"metadata", "_schema", "_values"}:
                setattr(namespace, name, inner)
        try:
            namespace.validate()
        except BadInputsError as error:
            check_problems(error.problems)


@fuzz(120, schema=any_schema, value=values)
def test_any_schema_is_refused_or_can_be_used(schema, value):
    problems = check_schema(schema)
    check_problems(problems)
    if not problems:
        judged(schema, value)


@fuzz(60, source=patterned | texts, text=st.text("ab-\u00e9 ", max_size=300))
def test_any_pattern_is_refused_or_matches_in_time(source, text):
    refused = None
    try:
        patterns.check(source)
    except pattern_syntax.PatternError as error:
        refused = str(error)
    assert refused is None or is_printable(refused)
    if refused is not None:
        return
    with work.check(text):
        try:
            assert patterns.matches(source, text) in {True, False}
        except work.TooMuchWorkError:
            assert len(text) > 100


def deep(kind, levels):
    """JSON text that nests so deep, closed or cut."""
    opening, closing = {
        "list": ("[", "]"),
        "object": ('{"a":', "}"),
        "not": ('{"not":', "}"),
        "anyOf": ('{"anyOf":[', "]}"),
        "properties": ('{"properties":{"a":', "}}"),
        "items": ('{"items":', "}"),
        "unevaluated": (
            '{"unevaluatedProperties":false,"anyOf":[{"minProperties":0},',
            "]}",
        ),
    }[kind]
    return opening * levels + "{}" + closing * levels


@pytest.mark.parametrize("levels", [1, 9, 18, 19, 38, 39, 60, 500, 100_000])
@pytest.mark.parametrize(
    "kind", ["list", "object", "not", "anyOf", "properties", "items", "unevaluated"]
)
def test_depth_is_refused_before_it_hurts(kind, levels):
    text = deep(kind, levels)
    head = '{"name":"a","version":"1.0.0","spec":{"parameters":'
    found = parsed(f"{head}{text}}}}}")
    parsed(f"{head}{text[: len(text) // 2]}")
    if found is not None:
        schema = found.spec["parameters"]
        value = {}
        for _ in range(levels):
            value = {"a": value}
        judged(schema, value)
        check_problems(validate_value({"items": schema}, [value] * 100))


@pytest.mark.parametrize("leaf", ["1e999", str(2**70), '"\\u0000"', "0", '"a"'])
def test_a_wide_document_at_the_bottom_of_a_deep_one_takes_little_memory(leaf):
    names = [f"{chr(97 + level % 26)}{'n' * 70}" for level in range(55)]
    head = "".join(f'{{"{name}":' for name in names)
    text = f'{{"x-wide":{head}[{",".join([leaf] * 28_000)}]{"}" * len(names)}}}'
    with memory_below(60 * MIB):
        assert parsed(text) is None
