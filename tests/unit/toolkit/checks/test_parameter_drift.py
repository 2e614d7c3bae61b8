"""Signature and schema that have drifted apart."""

import pytest

from toolkit.checks import run_checks


@pytest.fixture
def drift(make_project, metadata):
    """Find the codes for a signature and a schema."""

    def drift(signature, properties, required=()):
        metadata["spec"] = {
            "parameters": {"properties": properties, "required": list(required)}
        }
        program = f"def main(backend, user_messenger, {signature}): ..."
        files = {"inputs/short.json": None}
        root = make_project(program=program, metadata=metadata, files=files)
        return [(f.code, f.hint) for f in run_checks(root)]

    return drift


@pytest.mark.parametrize(
    ("signature", "properties", "required"),
    [
        ("*, a, b=1", {"a": {}, "b": {}}, ["a"]),
        ("**inputs", {"a": {}, "b": {}}, ["a"]),
        ("a, b=2", {"a": {}, "b": {"default": 2}}, ["a"]),
        ("*, a=(1, 2)", {"a": {"default": [1, 2]}}, []),
        ("*, a=-1.0", {"a": {"default": -1}}, []),
        ("*, a=None", {"a": {"default": None}}, []),
        ("*, a=DEFAULT", {"a": {"default": 3}}, []),
        ("*, a=True", {"a": {"default": True}}, []),
    ],
)
def test_what_agrees_is_no_finding(drift, signature, properties, required):
    assert drift(signature, properties, required) == []


@pytest.mark.parametrize(
    ("signature", "properties"),
    [("*, a=1", {"a": {"default": True}}), ("*, a='x'", {"a": {"default": "y"}})],
)
def test_another_default_is_found(drift, signature, properties):
    assert drift(signature, properties) == [("QRT115", None)]


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        ("int", {"type": "integer", "minimum": 1}),
        ("list[int]", {"type": "array", "items": {"enum": [-1, 1]}}),
        ("int | None", {"type": ["integer", "null"]}),
        ("Own", {"type": "string"}),
        ("'int('", {"type": "string"}),
        ("int", {"enum": [1, 2]}),
        ("int", True),
    ],
)
def test_a_schema_that_an_annotation_allows_is_no_finding(drift, annotation, schema):
    assert drift(f"*, a: {annotation}", {"a": schema}, ["a"]) == []


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        ("int", {"type": "number"}),
        ("int", {}),
        ("list[int]", {"type": "array"}),
        ("Literal['x']", {"type": "string", "enum": ["x", "y"]}),
        ("SparsePauliOp", {"type": "object"}),
    ],
)
def test_another_type_is_found(drift, annotation, schema):
    hint = "`qrt metadata sync` writes what main says."
    assert drift(f"*, a: {annotation}", {"a": schema}, ["a"]) == [("QRT117", hint)]


def test_a_misspelt_name_is_found_on_both_sides(drift):
    assert drift("*, iterations", {"iteration": {}}) == [
        ("QRT110", "Did you mean 'iterations'?"),
        ("QRT111", "Did you mean 'iteration'?"),
    ]


def test_a_program_without_a_schema_is_told_what_to_describe(drift):
    assert [code for code, _ in drift("*, a, b=1", {})] == ["QRT111", "QRT112"]


def test_any_name_is_taken_but_named_parameters_are_compared(drift):
    assert [code for code, _ in drift("*, a, **rest", {"b": {}})] == ["QRT111"]


def test_a_broken_schema_is_reported_once_and_not_as_drift(make_project, metadata):
    metadata["spec"]["parameters"]["properties"]["text"] = {"type": "strnig"}
    root = make_project(metadata=metadata)

    assert [finding.code for finding in run_checks(root)] == ["QRT202"]
