"""Typed functions for callers."""

import ast
import json
from pathlib import Path
from types import FunctionType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.project.annotations import schema_of
from toolkit.project.caller_stub import annotation_of, stub_source

SAMPLES = sorted(Path(__file__).parents[4].glob("samples/*/program.json"))


class Service:
    """Keeps what it was asked to run."""

    def run(self, *words):
        self.asked = words
        return "job"


def function_of(source):
    found = {}
    exec(compile(source, "stub", "exec"), found)
    return next(each for each in found.values() if isinstance(each, FunctionType))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.parent.name)
def test_a_stub_of_each_sample_calls_its_release(path):
    document = json.loads(path.read_text())
    schema = document["spec"]["parameters"]
    source = stub_source(
        document["name"], document["version"], document["description"], schema
    )
    needed = {name: name for name in schema.get("required", ())}
    service = Service()

    assert function_of(source)(service, **needed, options="o", more_of_it=1) == "job"
    reference = f"{document['name']}@{document['version']}"
    assert service.asked == (reference, {**needed, "more_of_it": 1}, "o")
    tree = ast.parse(source).body[-1]
    assert [a.arg for a in tree.args.kwonlyargs if a.arg != "options"] == sorted(
        schema["properties"],
        key=lambda name: (name not in needed, list(schema["properties"]).index(name)),
    )


@pytest.mark.parametrize(
    "annotation",
    [
        *("int", "float", "bool", "str", "complex", "Any", "list", "list[int]"),
        *("dict[str, int]", "dict[str, Any]", "int | None", "SparsePauliOp"),
        *("QuantumCircuit", "np.ndarray", "list[SparsePauliOp] | None"),
        *("Literal['a', 'b']", "list[list[float]]", "int | str | None"),
    ],
)
def test_a_type_goes_to_a_schema_and_back(annotation):
    assert annotation_of(schema_of(annotation)) == annotation


@pytest.mark.parametrize(
    ("schema", "annotation"),
    [
        (True, "Any"),
        ({}, "Any"),
        ({"type": "strange"}, "Any"),
        ({"enum": [1.5, {}]}, "Any"),
        ({"anyOf": [{"type": "integer"}, {}]}, "Any"),
        ({"oneOf": [{"type": "integer"}, {"type": "null"}]}, "int | None"),
        ({"type": "object", "properties": {"a": {}}}, "dict[str, Any]"),
    ],
)
def test_what_no_words_can_say_is_any(schema, annotation):
    assert annotation_of(schema) == annotation


def test_names_that_python_has_not_come_through_more():
    schema = {"properties": {"from": {}, "a-b": {}, "options": {}, "n": {}}}
    service = Service()
    run = function_of(stub_source("1-program", "1.0.0", "", schema))
    assert run.__name__ == "run_1_program"
    run(service, n=1, **{"from": 2, "a-b": 3})
    assert service.asked == ("1-program@1.0.0", {"n": 1, "from": 2, "a-b": 3}, None)


def test_choices_that_look_like_a_union_stay_whole():
    choices = [{"enum": ["a | x"]}, {"enum": ["b | x", "c | Any | d"]}]
    assert annotation_of({"anyOf": choices}) == (
        "Literal['a | x'] | Literal['b | x', 'c | Any | d']"
    )


def test_an_input_may_be_called_as_the_service_is():
    service = Service()
    run = function_of(stub_source("p", "1", "", {"properties": {"service": {}}}))
    run(service, service=2, more=3)
    assert service.asked == ("p@1", {"service": 2, "more": 3}, None)


PIECES = st.sampled_from(["x", " | ", "'", '"', "Any", "\\", "\n", "None", "a"])
CHOICES = st.fixed_dictionaries(
    {"enum": st.lists(st.lists(PIECES).map("".join) | st.text() | st.none())}
)
SCHEMAS = st.fixed_dictionaries({"description": st.text()}) | CHOICES
SCHEMAS |= st.fixed_dictionaries({"anyOf": st.lists(SCHEMAS)})


@given(
    st.text(min_size=1),
    st.text(),
    st.text(),
    st.dictionaries(st.sampled_from("abc") | st.text(), SCHEMAS),
)
def test_whatever_a_service_says_the_stub_is_one_function(
    program, version, description, properties
):
    source = stub_source(program, version, description, {"properties": properties})
    tree = ast.parse(source)
    assert [type(node).__name__ for node in tree.body] == [
        "Expr", "ImportFrom", "ImportFrom", "If", "FunctionDef",
    ]  # fmt: skip
    assert len(tree.body[-1].body) == 4
