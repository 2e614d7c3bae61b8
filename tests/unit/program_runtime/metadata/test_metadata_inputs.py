"""validate_inputs and validate_value on plain Python values."""

import collections

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from program_runtime.metadata import check_schema, validate_inputs, validate_value

PARAMETERS = {
    "type": "object",
    "properties": {
        "iterations": {"type": "integer", "minimum": 1, "maximum": 1000},
        "optimizer": {"enum": ["cobyla", "spsa"]},
        "initial": {"type": "array", "items": {"type": "number"}},
        "options": {
            "type": "object",
            "properties": {"tolerance": {"type": "number", "exclusiveMinimum": 0}},
            "additionalProperties": False,
        },
    },
    "required": ["iterations"],
}


def texts(inputs, schema=None):
    schema = PARAMETERS if schema is None else schema
    return [str(problem) for problem in validate_inputs(schema, inputs)]


def wrong(schema, value):
    assert check_schema(schema) == []
    return [str(problem) for problem in validate_value(schema, value)]


def test_good_inputs_have_no_problems():
    inputs = {
        "iterations": 10,
        "optimizer": "spsa",
        "initial": [0.1, 2],
        "options": {"tolerance": 1e-3},
    }
    assert texts(inputs) == []


def test_all_problems_are_listed_at_once():
    inputs = {
        "iteration": 10,
        "optimizer": "cobila",
        "initial": [0.1, "x", None],
        "options": {"tolerence": 1, "tolerance": 0},
    }
    assert texts(inputs) == [
        (
            "optimizer: is 'cobila', must be one of 'cobyla', 'spsa' "
            "(did you mean 'cobyla'?)"
        ),
        "initial[1]: is 'x', must be a number",
        "initial[2]: is null, must be a number",
        "options.tolerance: is 0, must be more than 0",
        "options.tolerence: is an unknown name (did you mean 'tolerance'?)",
        "iterations: is required",
        "iteration: is not a parameter of this program (did you mean 'iterations'?)",
    ]


def test_an_unknown_name_far_from_any_other_lists_the_names_there_are():
    assert texts({"iterations": 1, "zzz": 1}) == [
        (
            "zzz: is not a parameter of this program "
            "(its parameters are iterations, optimizer, initial, options)"
        )
    ]
    assert texts({"zzz": 1}, {"properties": {}}) == [
        "zzz: is not a parameter of this program (it has no parameters)"
    ]


@pytest.mark.parametrize(
    "opening",
    [
        {"additionalProperties": True},
        {"additionalProperties": {"type": "integer"}},
        {"patternProperties": {"^z": {}}},
        {"allOf": [{"properties": {"zzz": {}}}]},
    ],
)
def test_a_schema_can_open_the_list_of_names(opening):
    assert texts({"iterations": 1, "zzz": 1}, {**PARAMETERS, **opening}) == []


@pytest.mark.parametrize("schema", [{}, {"type": "object"}])
def test_a_schema_that_lists_no_names_takes_any(schema):
    assert texts({"zzz": object()}, schema) == []


def test_names_with_which_main_could_not_be_called_are_refused_by_any_schema():
    inputs = {"backend": 1, "user_messenger": 2, 3: 4}
    for schema in ({}, {"properties": {}}):
        assert texts(inputs, schema) == [
            "backend: is given to main by the service, not by the caller",
            "user_messenger: is given to main by the service, not by the caller",
            "3: is an integer, a name must be a string",
        ]


@pytest.mark.parametrize("inputs", [None, [1], "text"])
def test_inputs_must_have_names(inputs):
    (problem,) = validate_inputs({}, inputs)
    assert problem.path == "inputs"
    assert problem.message.endswith(", must be an object")


def test_a_closed_list_speaks_of_parameters_too():
    closed = {**PARAMETERS, "additionalProperties": False}
    assert texts({"iterations": 1, "iteratons": 1}, closed) == [
        "iteratons: is not a parameter of this program (did you mean 'iterations'?)"
    ]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, np.int64(3)),
        ({"type": "number"}, np.float32(3.5)),
        ({"type": "number"}, np.uint8(3)),
        ({"type": "boolean"}, np.bool_(True)),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, (1, 2)),
        ({"type": "array", "items": {"type": "number"}}, np.zeros(3)),
        ({"type": "array", "items": {"items": {"type": "number"}}}, np.zeros((2, 2))),
        ({"type": "object"}, collections.OrderedDict(a=1)),
        ({"type": "string"}, np.str_("a")),
        ({"const": [1, 2]}, np.array([1, 2])),
        ({"enum": [1, 2]}, np.int32(2)),
        ({"minimum": 0, "multipleOf": 0.1}, 0.3),
        ({"multipleOf": 0.01}, 19.99),
        ({"multipleOf": 3}, 10**400 * 3),
        ({"uniqueItems": True}, [1, True, "1", [1], {"a": 1}]),
        ({"multipleOf": 0.5}, np.int64(3)),
        ({"multipleOf": 0.5}, 1.5),
        ({"prefixItems": [False], "items": False}, "no list"),
        ({"required": ["a"], "additionalProperties": False}, "no object"),
        ({"uniqueItems": False}, [1, 1]),
        ({"not": {"type": "null"}}, 1),
        ({"oneOf": [{"type": "null"}, {"type": "string"}]}, "a"),
        ({"multipleOf": 2}, 4.0),
        ({"format": "date-time"}, "yesterday"),
        ({"pattern": "^a+$"}, "aaa"),
        ({"propertyNames": {"maxLength": 3}}, {"abc": 1}),
        ({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}, ["a", 1]),
        ({"$defs": {"n": {"type": "null"}}, "$ref": "#/$defs/n"}, None),
        (True, object()),
        ({}, object()),
    ],
)
def test_python_values_that_fit(schema, value):
    assert wrong(schema, value) == []


@pytest.mark.parametrize(
    ("schema", "value", "wording"),
    [
        ({"type": "integer"}, 100.0, "value: is 100.0, must be an integer"),
        ({"type": "integer"}, True, "value: is True, must be an integer"),
        ({"type": "number"}, 1j, "value: is 1j, must be a number"),
        ({"type": "number"}, np.True_, "value: is True, must be a number"),
        ({"type": "string"}, b"x", "value: is a bytes, must be a string"),
        ({"type": "array"}, {1, 2}, "value: is a set, must be a list"),
        ({"type": "array"}, "ab", "value: is 'ab', must be a list"),
        ({"type": ["null", "object"]}, 3, "value: is 3, must be null or an object"),
        ({"minimum": 0}, float("nan"), "value: is nan, must be at least 0"),
        ({"maximum": 2}, np.float64(3), "value: is 3.0, must be at most 2"),
        ({"exclusiveMaximum": 2}, 2, "value: is 2, must be less than 2"),
        ({"multipleOf": 0.5}, 1.25, "value: is 1.25, must be a multiple of 0.5"),
        (
            {"multipleOf": 0.5},
            float("inf"),
            "value: is inf, must be a multiple of 0.5",
        ),
        ({"const": 1}, True, "value: is True, must be 1"),
        ({"not": {}}, 1, "value: is 1, which is excluded"),
        ({"enum": ["a"]}, 1, "value: is 1, must be one of 'a'"),
        (
            {"oneOf": [False, {"type": "null"}]},
            1,
            "value: fits none of the allowed forms: is not allowed; is 1, must be null",
        ),
        ({"minItems": 2}, [1], "value: has 1 item, must have at least 2"),
        ({"maxItems": 1}, np.zeros(3), "value: has 3 items, must have at most 1"),
        ({"maxLength": 2}, "abc", "value: has 3 characters, must have at most 2"),
        ({"minLength": 2}, "a", "value: has 1 character, must have at least 2"),
        ({"minProperties": 1}, {}, "value: has 0 names, must have at least 1"),
        ({"uniqueItems": True}, [1, 2, 1.0], "value: repeats 1.0 at [2]"),
        ({"uniqueItems": True}, [[1], [1]], "value: repeats [1] at [1]"),
        ({"pattern": "^a+$"}, "ab", "value: is 'ab', must match ^a+$"),
        ({"not": {"type": "null"}}, None, "value: is null, which is excluded"),
        (
            {"oneOf": [{"type": "integer"}, {"minimum": 1}]},
            2,
            "value: fits 2 of the forms that exclude each other",
        ),
        (
            {"anyOf": [{"type": "integer"}, {"items": {"type": "string"}}]},
            ["a", 1],
            (
                "value: fits none of the allowed forms: is ['a', 1], must be an integer; "
                "[1] is 1, must be a string"
            ),
        ),
        ({"items": False}, [1], "value[0]: is not allowed"),
        ({"properties": {"a": False}}, {"a": 1}, "value.a: is not allowed"),
        ({"prefixItems": [True, False]}, (1, 2), "value[1]: is not allowed"),
        (
            {"anyOf": [False]},
            1,
            "value: fits none of the allowed forms: is not allowed",
        ),
        (
            {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False},
            {"a": 1, "b": 2},
            "value: Unevaluated properties are not allowed ('b' was unexpected)",
        ),
        (False, 1, "value: is not allowed"),
        ({"contains": {"const": 1}}, [2], "value: does not hold the items it must"),
        (
            {"propertyNames": {"pattern": "^a"}},
            {"b": 1},
            "value.b: is 'b', must match ^a",
        ),
        (
            {"additionalProperties": {"type": "null"}},
            {"a b": 1},
            "value['a b']: is 1, must be null",
        ),
        ({"required": ["a"]}, {}, "value.a: is required"),
        ({"type": "object"}, {1: 2}.keys(), "value: is a dict_keys, must be an object"),
    ],
)
def test_what_does_not_fit_is_said_in_words(schema, value, wording):
    assert wrong(schema, value) == [wording]


def test_large_values_are_not_printed():
    (text,) = wrong({"type": "string"}, list(range(1_000_000)))
    assert text == "value: is [0, 1, 2, 3, 4, 5, ...], must be a string"
    (text,) = wrong({"type": "integer"}, "x" * 1_000_000)
    assert len(text) < 150


def test_an_integer_that_python_refuses_to_print_is_named():
    assert wrong({"type": "string"}, 10**5000) == [
        "value: is a very long integer, must be a string"
    ]


def test_a_large_value_may_follow_a_reference_for_each_part():
    schema = {"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}}
    assert wrong(schema, [1] * 20_500) == []
    nested = {
        "$defs": schema["$defs"],
        "properties": {"a": {"items": schema["items"]}},
    }
    assert wrong(nested, {"a": (1,) * 20_100}) == []


def test_the_list_of_problems_ends():
    problems = validate_value({"items": {"type": "string"}}, list(range(1000)))
    assert len(problems) == 51
    assert str(problems[-1]) == ("...: there are more problems, these are the first 50")


def test_a_schema_that_nobody_checked_is_a_problem_not_a_crash():
    for schema in (
        {"type": "nonsense"},
        {"$ref": "http://127.0.0.1:9/x"},
        {"not": {"pattern": "("}, "minimum": "a"},
        {"$schema": "http://json-schema.org/draft-04/schema#", "type": "null"},
        {"const": object()},
        {"$ref": "#"},
    ):
        (problem,) = validate_value(schema, 3)
        assert problem.path == "value"
        assert "checked" in problem.message


schema_values = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text("ab")
)
schema_types = st.sampled_from(
    ["array", "boolean", "integer", "null", "number", "object", "string"]
)


def keyword_schemas(inner):
    maps = st.dictionaries(st.sampled_from(["a", "b", "^a", "c/d"]), inner, max_size=3)
    lists = st.lists(inner, min_size=1, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": schema_types | st.lists(schema_types, min_size=1, unique=True),
            "enum": st.lists(schema_values, min_size=1, max_size=3),
            "const": schema_values,
            "minimum": st.integers(-3, 3),
            "multipleOf": st.floats(0.1, 3),
            "minItems": st.integers(0, 3),
            "maxLength": st.integers(0, 3),
            "uniqueItems": st.booleans(),
            "pattern": st.sampled_from(["^a", "(a|b)*$", "(a+)+b", "["]),
            "format": st.sampled_from(["ndarray", "complex", "quantum-circuit", "x"]),
            "required": st.lists(st.sampled_from("abc"), unique=True),
            "dependentRequired": st.just({"a": ["b"]}),
            "properties": maps,
            "patternProperties": maps,
            "$defs": maps,
            "dependentSchemas": maps,
            "additionalProperties": inner,
            "propertyNames": inner,
            "unevaluatedProperties": inner,
            "unevaluatedItems": inner,
            "items": inner,
            "prefixItems": lists,
            "contains": inner,
            "allOf": lists,
            "anyOf": lists,
            "oneOf": lists,
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "$ref": st.sampled_from(
                ["#", "#/$defs/a", "#/properties/a", "#/allOf/0", "#/items", "x"]
            ),
        },
    )


schemas = st.recursive(st.booleans() | st.just({}), keyword_schemas, max_leaves=8)
python_values = st.recursive(
    schema_values
    | st.complex_numbers()
    | st.sampled_from([np.int64(1), np.float32(2), np.arange(3), np.zeros((2, 2)), {1}])
    | st.builds(object),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.sampled_from("abc") | st.integers(0, 3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(schema=schemas, value=python_values)
def test_no_accepted_schema_crashes_on_any_value(schema, value):
    if check_schema(schema):
        return
    for problem in validate_value(schema, value):
        assert "can not be checked" not in problem.message
    if isinstance(schema, dict) and isinstance(value, dict):
        for problem in validate_inputs(schema, value):
            assert "can not be checked" not in problem.message


@settings(max_examples=50, deadline=None)
@given(schema=st.dictionaries(st.text(max_size=5), schema_values) | schemas)
def test_check_schema_takes_anything(schema):
    assert isinstance(check_schema(schema), list)


def test_names_and_patterns_of_others_can_not_steer_the_terminal():
    schema = {"properties": {"\x1b[2J": {"pattern": "\x1b"}}}
    (problem,) = validate_inputs(schema, {"\x1b[2J": "a"})
    assert str(problem) == r"'\x1b[2J': is 'a', must match '\x1b'"
    (problem,) = validate_inputs(schema, {"\x1b[3J!": 1, "\x1b[2J": "\x1b[2J"})
    assert problem.path == r"'\x1b[3J!'"
    (problem,) = validate_inputs(schema, {"other": 1})
    assert problem.hint == r"its parameters are '\x1b[2J'"
