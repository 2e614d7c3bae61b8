"""Whether the values of one schema are all values of another."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.toolkit.bundle.comparison.schema_strategies import (
    USUAL,
    fitting,
    pairs,
    values,
)

from program_runtime.metadata import schema_check, validate_value
from toolkit.bundle.comparison.schemas import breaches


def contained(inner, outer):
    return breaches(inner, outer) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pairs(), st.data())
def test_what_fits_a_schema_fits_every_schema_that_is_said_to_contain_it(pair, data):
    inner, outer = pair
    if schema_check.check_schema(inner) or schema_check.check_schema(outer):
        return
    if not contained(inner, outer):
        return
    drawn = data.draw(st.lists(st.one_of(fitting(inner, inner), values), max_size=8))
    for value in (*USUAL, *drawn):
        if not validate_value(inner, value):
            assert validate_value(outer, value) == [], value


NODE = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "value": {"type": "integer"},
                "next": {"$ref": "#/$defs/node"},
            },
        }
    },
}
WIDER_NODE = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "value": {"type": "number"},
                "next": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/node"}]},
            },
        }
    },
}


def kind(name, **properties):
    """One kind of object, told by its ``kind``."""
    return {
        "type": "object",
        "properties": {"kind": {"const": name}, **properties},
        "required": ["kind"],
    }


CONTAINED = {
    "integers are numbers": ({"type": "integer"}, {"type": "number"}),
    "below ten is nine at most for integers": (
        {"type": "integer", "exclusiveMaximum": 10},
        {"maximum": 9},
    ),
    "multiples of four are even": ({"multipleOf": 4}, {"multipleOf": 2}),
    "a length is no matter to numbers": ({"type": "number"}, {"minLength": 3}),
    "values that all fit": (
        {"enum": [1, "a"]},
        {"type": ["integer", "string", "number"]},
    ),
    "a closed object has no other names": (
        {"properties": {"a": {}}, "additionalProperties": False},
        {"propertyNames": {"maxLength": 1}},
    ),
    "what is required counts": (
        {"type": "object", "required": ["a", "b"]},
        {"minProperties": 2},
    ),
    "a pattern of names": (
        {"patternProperties": {"^a": {"type": "integer"}}},
        {"patternProperties": {"^a": {"type": "number"}}},
    ),
    "names that match a pattern or do not": (
        {
            "patternProperties": {"^a": {"type": "integer"}},
            "additionalProperties": {"type": "string"},
        },
        {"additionalProperties": {"type": ["string", "number"]}},
    ),
    "names that match are names": (
        {"additionalProperties": {"type": "integer"}},
        {"patternProperties": {"^a": {"type": "number"}}},
    ),
    "names that match another pattern, too": (
        {"patternProperties": {"": {"type": "integer"}, "a": {"minimum": 0}}},
        {"properties": {"a": {"type": "number"}}},
    ),
    "shorter names": (
        {"propertyNames": {"maxLength": 2}},
        {"propertyNames": {"maxLength": 3}},
    ),
    "a name that is always there is there beside another": (
        {"type": "object", "required": ["b"]},
        {"dependentRequired": {"a": ["b"]}},
    ),
    "what is never there needs nothing": (
        {"properties": {"a": False}},
        {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"a": False}},
    ),
    "more is needed beside a name": (
        {"dependentRequired": {"a": ["b", "c"]}},
        {"dependentRequired": {"a": ["b"]}},
    ),
    "the same beside a name": (
        {"type": "object", "dependentSchemas": {"a": {"minProperties": 2}}},
        {"dependentSchemas": {"a": {"minProperties": 2}}},
    ),
    "the same item somewhere": (
        {"type": "array", "contains": {"const": 1}},
        {"contains": {"const": 1}},
    ),
    "no item has to be there": (
        {"type": "array"},
        {"contains": {"const": 1}, "minContains": 0},
    ),
    "the same condition": (
        {"type": "integer", "if": {"minimum": 5}, "then": {"maximum": 9}},
        {"if": {"minimum": 5}, "then": {"maximum": 9}},
    ),
    "a type that no other branch has": (
        {"type": "integer"},
        {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    ),
    "one item is as good as different ones": (
        {"type": "array", "maxItems": 1},
        {"uniqueItems": True},
    ),
    "positions of an array": (
        {"prefixItems": [{"type": "integer"}], "items": {"type": "string"}},
        {"items": {"type": ["integer", "number", "string"]}},
    ),
    "items of the older draft": (
        {
            "$schema": "https://json-schema.org/draft/2019-09/schema",
            "items": [{"type": "integer"}],
            "additionalItems": False,
        },
        {
            "$schema": "https://json-schema.org/draft/2019-09/schema",
            "items": {"type": "number"},
        },
    ),
    "references are followed": (
        {"$ref": "#/$defs/a", "$defs": {"a": {"minimum": 2}}},
        {"minimum": 1},
    ),
    "a schema that holds itself": (NODE, WIDER_NODE),
    "a kind more": (
        {"oneOf": [kind("a"), kind("b")]},
        {"oneOf": [kind("a"), kind("b"), kind("c")]},
    ),
    "what is excluded is less": (
        {"not": {"type": "string"}},
        {"not": {"type": "string", "minLength": 3}},
    ),
    "whatever the condition says": (
        {"type": "integer", "minimum": 1},
        {"if": {"maximum": 5}, "then": {"type": "number"}, "else": {"minimum": 0}},
    ),
    "an array of known type and size": (
        {"format": "ndarray", "dtype": "float64", "shape": [3, None]},
        {"format": "ndarray", "dtype": "floating", "shape": [None, None]},
    ),
    "nothing is part of anything": (
        {"type": "integer", "allOf": [False]},
        {"enum": [1]},
    ),
}


@pytest.mark.parametrize("name", CONTAINED)
def test_a_schema_contains_what_it_can_be_shown_to_contain(name):
    inner, outer = CONTAINED[name]
    assert contained(inner, outer)
    assert not contained(outer, inner)


SAME = {
    "two words for a closed list": (
        {"properties": {"a": {}}, "unevaluatedProperties": False},
        {"properties": {"a": {}}, "additionalProperties": False},
    ),
    "a list of types is a choice": (
        {"type": ["integer", "null"]},
        {"anyOf": [{"type": "null"}, {"type": "integer"}]},
    ),
    "an optional operator is a choice": (
        {"format": "sparse-pauli-op", "type": ["array", "null"]},
        {"anyOf": [{"type": "null"}, {"format": "sparse-pauli-op"}]},
    ),
    "both booleans": ({"type": "boolean"}, {"enum": [True, False]}),
}


@pytest.mark.parametrize("name", SAME)
def test_two_that_say_the_same_contain_each_other(name):
    one, other = SAME[name]
    assert contained(one, other)
    assert contained(other, one)


BREACHES = {
    "maximum": ({"type": "integer", "maximum": 9}, {"maximum": 5}, (9, 5)),
    "maxQubits": (
        {"format": "quantum-circuit", "maxQubits": 5},
        {"format": "quantum-circuit", "maxQubits": 4},
        (5, 4),
    ),
    "parametrized": (
        {"format": "quantum-circuit"},
        {"format": "quantum-circuit", "parametrized": True},
        (None, True),
    ),
    "dtype": (
        {"format": "ndarray", "dtype": "number"},
        {"format": "ndarray", "dtype": "floating"},
        ("number", "floating"),
    ),
    "shape": (
        {"format": "ndarray", "shape": [2]},
        {"format": "ndarray", "shape": [2, 2]},
        ([2], [2, 2]),
    ),
    "type": ({"type": ["integer", "string"]}, {"type": "string"}, ("string or integer", "string")),
    "value": ({"enum": ["a", "b", 1]}, {"type": "string"}, ([1], None)),
    "enum": ({"type": "string"}, {"enum": ["a"]}, (None, ["a"])),
    "multipleOf": ({"multipleOf": 2}, {"multipleOf": 4}, (2, 4)),
    "uniqueItems": ({"type": "array"}, {"uniqueItems": True}, (None, True)),
    "required": ({"type": "object"}, {"required": ["a"]}, (False, True)),
    "gone": (
        {"properties": {"a": {}}},
        {"properties": {"a": False}},
        (None, None),
    ),
    "propertyNames": (
        {"type": "object"},
        {"propertyNames": {"maxLength": 3}},
        (None, None),
    ),
    "dependentRequired": (
        {"type": "object"},
        {"dependentRequired": {"a": ["b"]}},
        (None, "a"),
    ),
    "minProperties": ({"required": ["a"]}, {"minProperties": 2}, (1, 2)),
    "minItems": ({"minItems": 1}, {"minItems": 2}, (1, 2)),
    "false": ({"type": "integer"}, False, ("integer", None)),
}  # fmt: skip


@pytest.mark.parametrize("rule", BREACHES)
def test_a_breach_says_what_both_say(rule):
    inner, outer, said = BREACHES[rule]
    (breach,) = breaches(inner, outer)
    assert (breach.rule, (breach.inner, breach.outer)) == (rule, said)
    assert not breach.undecided


UNDECIDED = {
    "pattern": ({"pattern": "^a$"}, {"pattern": "^a"}),
    "contains": ({"contains": {"const": 1}}, {"contains": {"type": "integer"}}),
    "dependentSchemas": (
        {"type": "object"},
        {"dependentSchemas": {"a": {"minProperties": 2}}},
    ),
    "unevaluatedProperties": (
        {"type": "object"},
        {"anyOf": [{}, {"properties": {"a": {}}}], "unevaluatedProperties": False},
    ),
    "$dynamicRef": ({"type": "object"}, {"$dynamicRef": "#"}),
    "not": ({"type": "string", "minLength": 2}, {"not": {"maxLength": 1}}),
    "if": ({"type": "integer"}, {"if": {"minimum": 1}, "then": {"maximum": 5}}),
    "unevaluatedItems": (
        {"type": "array"},
        {"anyOf": [{}, {"prefixItems": [{}]}], "unevaluatedItems": False},
    ),
    "oneOf": ({"type": "integer"}, {"oneOf": [{"type": "integer"}, {"minimum": 5}]}),
}


@pytest.mark.parametrize("rule", UNDECIDED)
def test_what_can_not_be_shown_is_a_breach_that_is_undecided(rule):
    breach = breaches(*UNDECIDED[rule])[-1]
    assert (breach.rule, breach.undecided) == (rule, True)


def test_the_place_of_a_breach_is_a_path():
    def inside(schema):
        return {"properties": {"a": {"items": {"properties": {"b c": schema}}}}}

    (breach,) = breaches(inside({"minimum": 0}), inside({"minimum": 1}), path="result")
    assert breach.path == "result.a[]['b c']"


@pytest.mark.parametrize(
    ("outer", "path"),
    [
        ({"patternProperties": {"^a": {"type": "integer"}}}, "result.{^a}"),
        ({"additionalProperties": {"type": "integer"}}, "result.*"),
        ({"additionalProperties": False}, "result.*"),
        ({"prefixItems": [{"type": "integer"}]}, "result[0]"),
    ],
)
def test_the_place_of_what_has_no_name_is_a_sign(outer, path):
    (breach,) = breaches({"type": ["object", "array"]}, outer, path="result")
    assert breach.path == path


def test_a_schema_that_refers_to_nothing_but_itself_is_undecided():
    endless = {"anyOf": [{"$ref": "#"}]}
    (breach,) = breaches(endless, {"type": "integer"})[:1]
    assert breach.undecided


def test_a_value_too_much_to_be_tried_is_undecided(monkeypatch):
    branches = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert contained({"const": "a"}, branches)
    monkeypatch.setattr("program_runtime.metadata.work._FREE", 1)
    monkeypatch.setattr("program_runtime.metadata.work._PER_PART", 0)
    (breach,) = breaches({"const": "a"}, branches)
    assert (breach.rule, breach.undecided) == ("schema", True)


def test_a_comparison_that_takes_too_long_is_undecided():
    wide = {"anyOf": [{"properties": {str(i): {"minimum": i}}} for i in range(90)]}
    narrow = {"anyOf": [{"properties": {str(i): {"minimum": -i}}} for i in range(90)]}
    (breach,) = breaches(wide, narrow)
    assert (breach.rule, breach.undecided) == ("schema", True)


def test_a_boolean_is_no_number_though_python_says_so():
    assert not contained({"const": True}, {"const": 1})
    assert not contained({"enum": [1]}, {"enum": [True]})


def test_a_number_in_a_list_of_values_can_come_as_a_float():
    assert validate_value({"enum": [1]}, 1.0) == []
    (breach,) = breaches({"enum": [1]}, {"type": "integer"})
    assert repr(breach.inner) == "[1.0]"
