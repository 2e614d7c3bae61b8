"""The schema of the inputs, made from main."""

import pytest

from toolkit.errors import ProjectError
from toolkit.project.interface import read_interface
from toolkit.project.signature_schema import merged_schema, parameters_schema

DOCSTRING = '''    """Minimise.

    Args:
        backend: Runs.
        user_messenger: Tells.
        iterations: How many
            steps to take.
        reps (int): Layers.
    """
'''


def made_of(signature, known=None, *, before="", docstring=""):
    source = f"{before}\ndef main(backend, user_messenger, {signature}):\n{docstring}    return 1\n"
    return parameters_schema(read_interface(source), known or {})


def test_names_types_defaults_and_descriptions_come_from_main():
    schema = made_of(
        "*, hamiltonian: SparsePauliOp, iterations: int = 100, reps: int = 1",
        docstring=DOCSTRING,
    )
    assert schema == {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "type": "object",
        "properties": {
            "hamiltonian": {"format": "sparse-pauli-op"},
            "iterations": {
                "type": "integer",
                "default": 100,
                "description": "How many steps to take.",
            },
            "reps": {"type": "integer", "default": 1, "description": "Layers."},
        },
        "required": ["hamiltonian"],
    }
    assert list(schema["properties"]) == ["hamiltonian", "iterations", "reps"]


def test_constants_and_aliases_of_the_module_are_followed():
    schema = made_of(
        "*, edges: Edges = EDGES, n: int = N",
        before="N: int = 3\nEdges = list[Edge]\nEdge = list[int]\nEDGES = ((0, 1),)\n",
    )
    integers = {"type": "array", "items": {"type": "integer"}}
    assert schema["properties"]["n"]["default"] == 3
    assert schema["properties"]["edges"]["items"] == integers
    assert schema["properties"]["edges"]["default"] == [[0, 1]]


def test_what_main_can_not_say_is_kept():
    known = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Inputs",
        "properties": {
            "n": {"minimum": 1, "type": "integer", "description": "By hand."},
            "gone": {"type": "string"},
        },
        "required": ["n", "gone"],
    }
    schema = made_of("*, n: int = 2", known)
    assert schema["title"] == "Inputs"
    assert schema["$schema"] == known["$schema"]
    assert list(schema["properties"]) == ["n"]
    assert list(schema["properties"]["n"].items()) == [
        ("minimum", 1),
        ("type", "integer"),
        ("description", "By hand."),
        ("default", 2),
    ]
    assert "required" not in schema


def test_a_main_that_takes_any_name_keeps_those_that_are_described():
    schema = made_of("n: int, **inputs", {"properties": {"more": {"type": "string"}}})
    assert list(schema["properties"]) == ["n", "more"]
    assert schema["additionalProperties"] is True
    assert schema["required"] == ["n"]


@pytest.mark.parametrize(
    ("known", "merged"),
    [
        (
            {"type": "string", "pattern": "a", "description": "d"},
            {"description": "d", "type": "integer"},
        ),
        (
            {"type": "integer", "maximum": 4, "default": 3},
            {"type": "integer", "maximum": 4},
        ),
        ({"enum": [1, -1]}, {"enum": [1, -1]}),
        ({"anyOf": [{"type": "null"}]}, {"type": "integer"}),
        (True, {"type": "integer"}),
    ],
)
def test_what_speaks_of_another_type_is_not_kept(known, merged):
    assert merged_schema({"type": "integer"}, known) == merged


def test_what_was_added_to_items_is_kept():
    made = {"type": "array", "items": {"type": "string"}}
    known = {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "pattern": "a"},
    }
    assert merged_schema(made, known) == known


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        ("n", "n: It has no annotation."),
        ("*values: int", "values: It collects positional values"),
        ("n: Foo", "n: Foo has no JSON Schema."),
        ("n: int = f()", "n: Its default f() is no literal that JSON has."),
        ("n: complex = 1j", "n: Its default 1j is no literal that JSON has."),
        ("n: float = float('nan')", "is no literal that JSON has."),
        ("n: int = None", "n: Its default None does not fit int"),
        ("n: int = 'a'", "n: Its default 'a' does not fit int"),
    ],
)
def test_what_can_not_become_an_input_is_named_with_its_line(signature, message):
    with pytest.raises(ProjectError) as caught:
        made_of(signature)
    [problem] = caught.value.problems
    assert message in problem.message
    assert problem.path == "program.py:2"


def test_all_problems_are_told_at_once():
    with pytest.raises(ProjectError) as caught:
        made_of("a, b: Foo, *, c: int = None")
    assert len(caught.value.problems) == 3
