"""What a change of the metadata means to callers, in both directions."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.toolkit.bundle.comparison.schema_strategies import USUAL, documents, pairs

from program_runtime.metadata import parse_metadata, schema_check, validate_inputs
from toolkit.bundle.comparison import compare_interfaces
from toolkit.bundle.comparison.interface import Compatibility

BASE = {
    "name": "vqe",
    "version": "1.0.0",
    "max_execution_time": 600,
    "spec": {
        "backend_requirements": {"min_num_qubits": 2},
        "parameters": {
            "type": "object",
            "properties": {
                "hamiltonian": {"format": "sparse-pauli-op", "maxQubits": 20},
                "iterations": {"type": "integer", "maximum": 200, "default": 100},
                "method": {"enum": ["spsa", "cobyla"]},
                "point": {"type": ["array", "null"], "items": {"type": "number"}},
            },
            "required": ["hamiltonian"],
        },
        "return_values": {
            "type": "object",
            "properties": {
                "energy": {"type": "number"},
                "history": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {"energy": {"type": "number"}},
                        "required": ["energy"],
                        "additionalProperties": False,
                    },
                },
                "note": {"type": "string"},
            },
            "required": ["energy", "history"],
            "additionalProperties": False,
        },
        "interim_results": {
            "type": "object",
            "properties": {"step": {"type": "integer", "minimum": 0}},
        },
    },
}


def changed(change):
    document = copy.deepcopy(BASE)
    change(document, document["spec"])
    return document


def inputs(**properties):
    """Change properties of the inputs; None takes one away."""

    def change(_, spec):
        held = spec["parameters"]["properties"]
        for name, schema in properties.items():
            if schema is None:
                del held[name]
            else:
                held[name] = schema

    return change


def result(**properties):
    """Change properties of the result; None takes one away."""

    def change(_, spec):
        held = spec["return_values"]
        for name, schema in properties.items():
            if schema is None:
                del held["properties"][name]
                held["required"] = [n for n in held["required"] if n != name]
            else:
                held["properties"][name] = schema

    return change


def told(change):
    old, new = parse_metadata(BASE), parse_metadata(changed(change))
    return [
        (str(each.effect), each.path, each.message)
        for each in compare_interfaces(old, new)
    ]


def require(part, *names):
    return lambda _, spec: spec[part].update(required=list(names))


def deeper(_, spec):
    spec["return_values"]["properties"]["history"]["items"]["required"] = []


CHANGES = {
    "a description": (
        inputs(method={"enum": ["spsa", "cobyla"], "description": "How."}),
        [],
    ),
    "the order of choices": (inputs(method={"enum": ["cobyla", "spsa"]}), []),
    "a lower maximum": (
        inputs(iterations={"type": "integer", "maximum": 100, "default": 100}),
        [("breaking", "iterations", "maximum lowered from 200 to 100")],
    ),
    "a higher maximum": (
        inputs(iterations={"type": "integer", "maximum": 500, "default": 100}),
        [("additive", "iterations", "maximum raised from 200 to 500")],
    ),
    "a minimum where there was none": (
        inputs(
            iterations={
                "type": "integer", "minimum": 1, "maximum": 200, "default": 100,
            }
        ),
        [("breaking", "iterations", "minimum of 1 now, had none")],
    ),
    "a wider type": (
        inputs(iterations={"type": "number", "maximum": 200, "default": 100}),
        [("additive", "iterations", "type widened from integer to number")],
    ),
    "another type": (
        inputs(method={"type": "integer"}),
        [("breaking", "method", "no longer 'spsa', 'cobyla'")],
    ),
    "null no longer taken": (
        inputs(point={"type": "array", "items": {"type": "number"}}),
        [("breaking", "point", "type narrowed from array or null to array")],
    ),
    "items of another type": (
        inputs(point={"type": ["array", "null"], "items": {"type": "integer"}}),
        [("breaking", "point[]", "type narrowed from number to integer")],
    ),
    "a choice less": (
        inputs(method={"enum": ["spsa"]}),
        [("breaking", "method", "no longer 'cobyla'")],
    ),
    "a choice more": (
        inputs(method={"enum": ["spsa", "cobyla", "adam"]}),
        [("additive", "method", "also 'adam' now")],
    ),
    "fewer qubits": (
        inputs(hamiltonian={"format": "sparse-pauli-op", "maxQubits": 10}),
        [
            (
                "breaking",
                "hamiltonian",
                "maximum number of qubits lowered from 20 to 10",
            )
        ],
    ),
    "another quantum value": (
        inputs(hamiltonian={"format": "quantum-circuit"}),
        [
            (
                "breaking",
                "hamiltonian",
                "type changed from sparse-pauli-op to quantum-circuit",
            )
        ],
    ),
    "an input less": (
        inputs(method=None),
        [("breaking", "method", "no longer accepted")],
    ),
    "an optional input more": (
        inputs(tolerance={"type": "number"}),
        [("additive", "tolerance", "new, optional")],
    ),
    "an input that is required now": (
        require("parameters", "hamiltonian", "iterations"),
        [("breaking", "iterations", "required now")],
    ),
    "an input that is not required any more": (
        require("parameters"),
        [("additive", "hamiltonian", "not required any more")],
    ),
    "a pattern": (
        inputs(method={"type": "string", "pattern": "^s"}),
        [
            ("breaking", "method", "no longer 'cobyla'"),
        ],
    ),
    "a default": (
        inputs(iterations={"type": "integer", "maximum": 200, "default": 50}),
        [("none", "iterations", "default changed from 100 to 50")],
    ),
    "other names taken": (
        lambda _, spec: spec["parameters"].update(additionalProperties=True),
        [("additive", "*", "names that are not listed: new, optional")],
    ),
    "no schema of the inputs any more": (
        lambda _, spec: spec.pop("parameters"),
        [("additive", "inputs", "not described any more")],
    ),
    "a result less": (
        result(note=None),
        [("breaking", "result.note", "removed")],
    ),
    "a promised result less": (
        result(energy=None),
        [("breaking", "result.energy", "removed")],
    ),
    "a result more, though the schema was closed": (
        result(variance={"type": "number"}),
        [("additive", "result.variance", "new")],
    ),
    "a wider result": (
        result(energy={"type": ["number", "null"]}),
        [
            (
                "breaking",
                "result.energy",
                "type widened from number to number or null",
            )
        ],
    ),
    "a narrower result": (
        result(energy={"type": "number", "maximum": 0}),
        [("additive", "result.energy", "maximum of 0 now, had none")],
    ),
    "a result that is not always there": (
        require("return_values", "history"),
        [("breaking", "result.energy", "not always there any more")],
    ),
    "a result that is always there": (
        require("return_values", "energy", "history", "note"),
        [("additive", "result.note", "always there now")],
    ),
    "a result in a result": (
        deeper,
        [("breaking", "result.history[].energy", "not always there any more")],
    ),
    "no schema of the result any more": (
        lambda _, spec: spec.pop("return_values"),
        [("breaking", "result", "not described any more")],
    ),
    "a wider interim result": (
        lambda _, spec: spec["interim_results"].update(
            properties={"step": {"type": "integer", "minimum": -1}}
        ),
        [("breaking", "interim.step", "minimum lowered from 0 to -1")],
    ),
    "more qubits of the backend": (
        lambda _, spec: spec.update(backend_requirements={"min_num_qubits": 5}),
        [("breaking", "min_num_qubits", "2 -> 5")],
    ),
    "fewer qubits of the backend": (
        lambda _, spec: spec.update(backend_requirements={}),
        [("additive", "min_num_qubits", "2 -> none")],
    ),
    "something else of the backend": (
        lambda _, spec: spec["backend_requirements"].update(dynamic=True),
        [("breaking", "dynamic", "none -> True, which cannot be judged")],
    ),
    "less time": (
        lambda document, _: document.update(max_execution_time=60),
        [("breaking", "max_execution_time", "600 s -> 60 s")],
    ),
    "more time": (
        lambda document, _: document.update(max_execution_time=900),
        [("additive", "max_execution_time", "600 s -> 900 s")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_with_its_place_and_what_it_means(name):
    change, expected = CHANGES[name]
    assert told(change) == expected


def test_what_can_not_be_judged_is_breaking_and_says_so():
    old, new = copy.deepcopy(BASE), copy.deepcopy(BASE)
    for document, pattern in ((old, "^sp"), (new, "^s")):
        document["spec"]["parameters"]["properties"]["method"] = {
            "type": "string",
            "pattern": pattern,
        }
    (change,) = compare_interfaces(parse_metadata(old), parse_metadata(new))
    assert (change.effect, change.undecided) == (Compatibility.BREAKING, True)
    assert change.message == "must match '^s' now, which cannot be judged"


def test_a_new_result_can_break_what_was_said_of_all_results():
    old, new = copy.deepcopy(BASE), copy.deepcopy(BASE)
    numbers = {"additionalProperties": {"type": "number"}}
    old["spec"]["return_values"] = numbers
    new["spec"]["return_values"] = {**numbers, "properties": {"x": {"type": "string"}}}
    found = compare_interfaces(parse_metadata(old), parse_metadata(new))
    assert [(str(c.effect), c.path, c.message) for c in found] == [
        ("breaking", "result.x", "type changed from number to string"),
    ]


def test_what_breaks_comes_first():
    def change(document, spec):
        inputs(tolerance={"type": "number"}, method=None)(document, spec)
        spec["parameters"]["properties"]["iterations"]["default"] = 1

    assert [effect for effect, *_ in told(change)] == ["breaking", "additive", "none"]


def test_inputs_that_were_never_described_can_not_be_judged():
    old = copy.deepcopy(BASE)
    del old["spec"]["parameters"]
    (change,) = compare_interfaces(parse_metadata(old), parse_metadata(BASE))
    assert (change.effect, change.undecided) == (Compatibility.BREAKING, True)
    assert (change.path, change.message) == ("inputs", "described by a schema now")


def test_the_oldest_form_of_metadata_is_compared_as_the_newest():
    listed = {
        "name": "vqe",
        "version": "1.0.0",
        "parameters": [
            {"name": "n", "description": "x", "type": "int", "required": True}
        ],
    }
    newest = {
        "name": "vqe",
        "version": "1.1.0",
        "spec": {
            "parameters": {
                "type": "object",
                "properties": {"n": {"type": "number"}},
                "additionalProperties": True,
            }
        },
    }
    found = compare_interfaces(parse_metadata(listed), parse_metadata(newest))
    assert [(str(c.effect), c.path) for c in found] == [
        ("additive", "n"),
        ("additive", "n"),
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(pairs(), st.booleans())
def test_inputs_of_the_old_are_taken_by_a_new_release_that_breaks_nothing(
    pair, is_open
):
    parts = [
        {"type": "object", "properties": {"a": schema, "b": {}}}
        | ({"additionalProperties": True} if is_open else {})
        | {"$defs": schema["$defs"]}
        for schema in pair
    ]
    if any(schema_check.check_schema(part) for part in parts):
        return
    old, new = (
        parse_metadata({"name": "x", "version": "1.0.0", "spec": {"parameters": part}})
        for part in parts
    )
    if any(
        change.effect is Compatibility.BREAKING
        for change in compare_interfaces(old, new)
    ):
        return
    given_before = [{"a": value} for value in USUAL] + [{}, {"b": 1}, {"c": 1}]
    for values in given_before:
        if not validate_inputs(parts[0], values):
            assert validate_inputs(parts[1], values) == [], values


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_nothing_differs_from_itself(schema):
    document = {"name": "x", "version": "1.0.0", "spec": {"return_values": schema}}
    if schema_check.check_schema(schema):
        return
    metadata = parse_metadata(document)
    assert compare_interfaces(metadata, metadata) == ()
