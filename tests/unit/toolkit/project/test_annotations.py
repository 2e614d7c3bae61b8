"""Words of types, read as JSON Schema."""

import pytest

from toolkit.errors import AnnotationError
from toolkit.project.annotations import schema_of

INTEGER, NUMBER, STRING = ({"type": t} for t in ("integer", "number", "string"))
NULL = {"type": "null"}


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        ("int", INTEGER),
        ("float", NUMBER),
        ("bool", {"type": "boolean"}),
        ("str", STRING),
        ("None", NULL),
        ("'int'", INTEGER),
        ("Any", {}),
        ("object", {}),
        ("complex", {"format": "complex"}),
        ("np.ndarray", {"format": "ndarray"}),
        ("NDArray[np.float64]", {"format": "ndarray", "dtype": "float64"}),
        ("npt.NDArray[np.bool_]", {"format": "ndarray", "dtype": "bool"}),
        ("NDArray[Any]", {"format": "ndarray"}),
        ("qiskit.QuantumCircuit", {"format": "quantum-circuit"}),
        ("SparsePauliOp", {"format": "sparse-pauli-op"}),
        ("list", {"type": "array"}),
        ("list[Any]", {"type": "array"}),
        ("list[int]", {"type": "array", "items": INTEGER}),
        ("Sequence[str]", {"type": "array", "items": STRING}),
        ("tuple[int, ...]", {"type": "array", "items": INTEGER}),
        (
            "tuple[int, int]",
            {"type": "array", "items": INTEGER, "minItems": 2, "maxItems": 2},
        ),
        ("tuple[int, str]", {"type": "array", "minItems": 2, "maxItems": 2}),
        ("dict", {"type": "object"}),
        ("dict[str, Any]", {"type": "object"}),
        ("Mapping[str, int]", {"type": "object", "additionalProperties": INTEGER}),
        ("Literal['a', 'b']", {"type": "string", "enum": ["a", "b"]}),
        ("Literal[-1, 1]", {"type": "integer", "enum": [-1, 1]}),
        ("Literal['a', 1, None, True]", {"enum": ["a", 1, None, True]}),
        ("int | None", {"type": ["integer", "null"]}),
        ("Optional[int]", {"type": ["integer", "null"]}),
        ("int | str | None", {"type": ["integer", "string", "null"]}),
        ("Union[int, int]", INTEGER),
        ("int | Any", {}),
        (
            "list[int] | SparsePauliOp | None",
            {
                "anyOf": [
                    {"type": "array", "items": INTEGER},
                    {"format": "sparse-pauli-op"},
                    NULL,
                ]
            },
        ),
        (
            "Annotated[int, Ge(1), Lt(9)]",
            INTEGER | {"minimum": 1, "exclusiveMaximum": 9},
        ),
        (
            "Annotated[float, Interval(gt=0, le=1)]",
            NUMBER | {"exclusiveMinimum": 0, "maximum": 1},
        ),
        ("Annotated[str, MinLen(2)]", STRING | {"minLength": 2}),
        (
            "Annotated[list[int], MaxLen(2)]",
            {"type": "array", "items": INTEGER, "maxItems": 2},
        ),
        ("Annotated[int, 'How many.']", INTEGER | {"description": "How many."}),
        ("Annotated[Any, {'maxQubits': 4}]", {"maxQubits": 4}),
    ],
)
def test_a_type_is_translated(annotation, schema):
    assert schema_of(annotation) == schema


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ("Foo", "Foo has no JSON Schema."),
        ("set[int]", "set[int] has no JSON Schema."),
        ("list[Foo]", "Foo has no JSON Schema."),
        ("list[int, int]", "list[int, int] has no JSON Schema."),
        ("dict[int, str]", "dict[int, str] has keys that are no strings"),
        ("Literal[b'a']", "b'a' is no value that JSON has."),
        ("Annotated[int, Foo(1)]", "Foo(1) says nothing that a JSON Schema can."),
        ("Annotated[int, Ge(limit)]", "limit is no value that JSON has."),
        ("int(", "'int(' can not be read as a type"),
        ("'int('", "can not be read as a type"),
        ("3", "3 has no JSON Schema."),
        ("[" * 2000 + "]" * 2000, "can not be read as a type"),
    ],
)
def test_what_has_no_schema_is_named(annotation, message):
    with pytest.raises(AnnotationError) as caught:
        schema_of(annotation)
    assert message in caught.value.message
    assert caught.value.hint or "can not be read" in message


def test_names_stand_for_what_the_module_assigns_to_them():
    names = {"Edges": "list[Edge]", "Edge": "tuple[int, int]", "Limit": "int"}
    edge = {"type": "array", "items": INTEGER, "minItems": 2, "maxItems": 2}
    assert schema_of("Edges | None", names) == {
        "anyOf": [{"type": "array", "items": edge}, NULL]
    }


def test_a_name_that_stands_for_itself_is_not_followed_for_ever():
    with pytest.raises(AnnotationError, match="Tree has no JSON Schema"):
        schema_of("Tree", {"Tree": "list[Tree]"})
