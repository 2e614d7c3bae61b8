"""check_schema: schemas are written by strangers."""

import json

import pytest

from program_runtime.metadata import check_schema, validate_value

DEFS = "$defs"


def texts(schema):
    return [str(problem) for problem in check_schema(schema)]


@pytest.mark.parametrize(
    "schema",
    [
        {},
        True,
        False,
        {"type": ["integer", "null"], "minimum": 1},
        {"$schema": "https://json-schema.org/draft/2020-12/schema#", "$id": "urn:x"},
        {"items": {"format": "quantum-circuit", "maxQubits": 5}},
        {"format": "ndarray", "dtype": "float64", "shape": [None, 3]},
        {"format": "date-time"},
        {
            DEFS: {"tree": {"properties": {"left": {"$ref": "#/$defs/tree"}}}},
            "$ref": "#/$defs/tree",
        },
        {"properties": {"a/b": {}, "c": {"$ref": "#/properties/a~1b"}}},
        {"properties": {"a b": {}, "c": {"$ref": "#/properties/a%20b"}}},
        {"properties": {"items": {"type": "string"}}, "x-unknown": {"type": 5}},
        {"prefixItems": [{}], "items": {"$ref": "#/prefixItems/0"}},
    ],
)
def test_good_schemas_pass(schema):
    assert check_schema(schema) == []


@pytest.mark.parametrize(
    ("schema", "wording"),
    [
        ([], "$: is [], must be a JSON Schema, an object"),
        ("x", "$: is 'x', must be a JSON Schema, an object"),
        (
            {"type": "strin"},
            (
                "$.type: is 'strin', must be one of array, boolean, integer, null, number, "
                "object, string (did you mean 'string'?)"
            ),
        ),
        (
            {"$ref": "https://example.org/x"},
            (
                "$.$ref: points at 'https://example.org/x'; nothing outside the schema is "
                "fetched (put it under $defs and write #/$defs/NAME)"
            ),
        ),
        (
            {"$ref": "other.json"},
            (
                "$.$ref: points at 'other.json'; nothing outside the schema is fetched "
                "(put it under $defs and write #/$defs/NAME)"
            ),
        ),
        (
            {"$ref": "file:///etc/passwd"},
            (
                "$.$ref: points at 'file:///etc/passwd'; nothing outside the schema is "
                "fetched (put it under $defs and write #/$defs/NAME)"
            ),
        ),
        (
            {"allOf": [{"$ref": "#/enum/0"}], "enum": [{"type": 5}]},
            "$.allOf[0].$ref: points at '#/enum/0', where there is no schema",
        ),
        (
            {"$ref": "#/$defs/missing"},
            "$.$ref: points at '#/$defs/missing', where there is no schema",
        ),
        ({"$dynamicRef": "#x"}, "$.$dynamicRef: is not supported (use $ref)"),
        (
            {"items": {"$schema": "https://json-schema.org/draft/2019-09/schema"}},
            "$.items.$schema: may stand at the top of a schema only",
        ),
        (
            {"properties": {"a": {"$id": "https://example.org/a"}}},
            "$.properties.a.$id: may stand at the top of a schema only",
        ),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#"},
            (
                "$.$schema: is 'http://json-schema.org/draft-07/schema#', which is not "
                "supported (write the schema in draft 2020-12 or 2019-09)"
            ),
        ),
        (
            {"pattern": "(?<=a)b"},
            "$.pattern: the pattern '(?<=a)b' uses (?, of which only (?: is supported",
        ),
        (
            {"patternProperties": {"(": {}}},
            "$.patternProperties: the pattern '(' has a ( without its )",
        ),
        (
            {"format": "quantum-circit"},
            (
                "$.format: 'quantum-circit' is no known format "
                "(did you mean 'quantum-circuit'?)"
            ),
        ),
        (
            {"format": "quantum-circuit", "maxQubits": 0},
            "$.maxQubits: is 0, must be a positive integer",
        ),
        (
            {"format": "quantum-circuit", "parametrized": "no"},
            "$.parametrized: is 'no', must be true or false",
        ),
        (
            {"format": "ndarray", "dtype": "flaot64"},
            (
                "$.dtype: is 'flaot64', must be a NumPy dtype such as float64 "
                "(did you mean 'float64'?)"
            ),
        ),
        (
            {"format": "ndarray", "shape": [-1]},
            "$.shape: is [-1], must be a list of sizes (null stands for any size)",
        ),
        (
            {"unevaluatedProperties": False, "patternProperties": {"a": {}}},
            (
                "$.unevaluatedProperties: can not stand in one schema with "
                "patternProperties (use additionalProperties)"
            ),
        ),
        (
            {"minimum": "x"},
            "$.minimum: is no valid JSON Schema: 'x' is not of type 'number'",
        ),
        ({"$ref": "#"}, "$: refers to itself without end"),
        ({"maximum": float("nan")}, "$.maximum: is nan, which is no JSON number"),
        ({"const": {1, 2}}, "$.const: is a set, which is not JSON"),
    ],
)
def test_bad_schemas_are_refused_with_reasons(schema, wording):
    assert texts(schema) == [wording]


def test_circles_of_references_are_found():
    schema = {
        DEFS: {
            "a": {"anyOf": [{"$ref": "#/$defs/b"}]},
            "b": {"not": {"$ref": "#/$defs/a"}},
        }
    }
    assert texts(schema) == ["$.$defs.a: refers to itself without end"]


def test_references_that_multiply_are_found():
    following = {
        f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(15)
    }
    schema = {DEFS: {**following, "d15": {}}}
    (problem,) = check_schema(schema)
    assert problem.message == "makes more than 5,000 checks of one value"


def test_long_chains_of_references_are_found():
    chain = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(200)}
    (problem,) = check_schema({DEFS: {**chain, "d200": {}}})
    assert problem.message == "follows more than 50 schemas in a row"
    backwards = dict(reversed({**chain, "d200": {}}.items()))
    (problem,) = check_schema({DEFS: backwards})
    assert problem.message == "follows more than 50 schemas in a row"


def test_depth_size_and_number_of_values_are_bounded():
    deep = {}
    for _ in range(100_000):
        deep = {"not": deep}
    assert texts(deep) == ["$: is nested deeper than 40 levels"]
    wide = {"enum": list(range(6_000))}
    assert texts(wide) == ["$: holds more than 5,000 values"]
    heavy = {"description": "é" * 40_000}
    size = len(json.dumps(heavy, separators=(",", ":"), ensure_ascii=False).encode())
    assert texts(heavy) == [f"$: has {size:,} bytes, a schema may have 65,536"]


def test_many_mistakes_are_listed_at_once():
    schema = {
        "properties": {
            "a": {"type": "int"},
            "b": {"$ref": "x"},
            "c": {"pattern": "["},
            "d": {"required": "a"},
        }
    }
    assert [problem.path for problem in check_schema(schema)] == [
        "$.properties.a.type",
        "$.properties.b.$ref",
        "$.properties.c.pattern",
        "$.properties.d.required",
    ]


def test_the_list_of_mistakes_ends():
    schema = {"properties": {f"p{n}": {"minimum": "x"} for n in range(100)}}
    assert len(check_schema(schema)) == 20


def test_many_alternatives_are_counted_over_all_levels():
    refs = [{"$ref": "#/$defs/a"}] * 100
    schema = {DEFS: {"a": {"anyOf": [True] * 60}}, "anyOf": refs}
    assert texts(schema) == ["$: makes more than 5,000 checks of one value"]


def test_recursion_through_the_value_is_bounded_while_it_is_checked():
    two_ways = {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}
    schema = {"properties": {"a": two_ways}, "maxProperties": 0}
    assert check_schema(schema) == []
    value = {}
    for _ in range(40):
        value = {"a": value}
    (problem,) = validate_value(schema, value, path="result")
    assert problem.path == "result"
    assert problem.message in {
        "takes too long to be checked against the schema",
        "is nested too deeply to be checked against the schema",
    }


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf", "allOf"])
def test_branches_that_are_tried_twice_at_each_level_are_bounded(keyword):
    fits = {"properties": {"a": {}}}
    schema = {"$ref": "#/$defs/k0", "$defs": {"k20": fits}}
    for level in range(20):
        branch = {keyword: [{"$ref": f"#/$defs/k{level + 1}"}]}
        schema["$defs"][f"k{level}"] = {**branch, "unevaluatedProperties": False}
    assert check_schema(schema) == []
    (problem,) = validate_value(schema, {"a": 1})
    assert problem.message == "takes too long to be checked against the schema"


def test_nested_branches_without_references_are_bounded_for_all_items_together():
    schema = {"minProperties": 1}
    for _ in range(18):
        branches = [schema, {"minProperties": 1}]
        schema = {"anyOf": branches, "unevaluatedProperties": False}
    schema = {"type": "array", "items": schema}
    assert check_schema(schema) == []
    (problem,) = validate_value(schema, [{"a": 1}] * 300)
    assert problem.message == "takes too long to be checked against the schema"


def test_many_values_may_have_many_forms():
    forms = [{"const": number} for number in range(20)]
    schema = {"type": "array", "items": {"oneOf": forms}}
    assert check_schema(schema) == []
    assert validate_value(schema, list(range(20)) * 200) == []


def test_patterns_are_bounded_for_all_texts_together():
    schema = {"items": {"pattern": "(a|b|c|d){0,150}x"}}
    assert check_schema(schema) == []
    (problem,) = validate_value(schema, ["abcd" * 200] * 60)
    assert problem.message == "takes too long to be checked against the schema"
    names = [f"qubit-{number}" for number in range(20_000)]
    assert validate_value({"items": {"pattern": "^[a-z]+-[0-9]+$"}}, names) == []


def test_no_more_problems_are_listed_than_people_read():
    schema = {"properties": {f"p{n}": {"type": "strin"} for n in range(1_000)}}
    problems = check_schema(schema)
    assert len(problems) == 51
    assert str(problems[-1]) == ("...: there are more problems, these are the first 50")
