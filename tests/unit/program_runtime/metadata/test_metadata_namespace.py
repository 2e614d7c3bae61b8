"""ParameterNamespace: attributes, validation, the table."""

import copy
import pickle

import pytest

from program_runtime.errors import BadInputsError
from program_runtime.metadata import ParameterNamespace

SCHEMA = {
    "type": "object",
    "properties": {
        "iterations": {"type": "integer", "minimum": 1, "description": "How often."},
        "circuits": {"format": "quantum-circuit", "description": "What to run."},
        "seed": {"type": ["integer", "null"]},
        "validate": {"type": "boolean"},
    },
    "required": ["iterations", "seed"],
}


def test_parameters_are_none_until_they_are_set():
    inputs = ParameterNamespace(SCHEMA)
    assert inputs.iterations is None
    inputs.iterations = 3
    assert inputs.iterations == 3
    del inputs.iterations
    assert inputs.iterations is None


def test_completion_offers_the_parameters():
    assert dir(ParameterNamespace(SCHEMA)) == [
        "circuits",
        "iterations",
        "metadata",
        "seed",
        "to_dict",
        "validate",
    ]


def test_unset_optionals_are_left_out_and_required_nulls_are_kept():
    inputs = ParameterNamespace(SCHEMA)
    inputs.iterations = 3
    assert inputs.to_dict() == {"iterations": 3, "seed": None}
    inputs.validate()


def test_validate_lists_all_problems():
    inputs = ParameterNamespace(SCHEMA)
    inputs.circuits = "text"
    inputs.iteration = 3
    with pytest.raises(BadInputsError) as caught:
        inputs.validate()
    assert str(caught.value) == (
        "The inputs do not fit the program:\n"
        "  circuits: is a string, must be a QuantumCircuit\n"
        "  iterations: is required\n"
        "  iteration: is not a parameter of this program "
        "(did you mean 'iterations'?)"
    )


def test_an_unknown_attribute_names_its_neighbour():
    with pytest.raises(AttributeError, match=r"no parameter 'itrations'; did you mean"):
        _ = ParameterNamespace(SCHEMA).itrations
    with pytest.raises(AttributeError, match="no parameter 'x'"):
        del ParameterNamespace(SCHEMA).x


def test_an_attribute_that_is_no_parameter_can_be_taken_back():
    inputs = ParameterNamespace(SCHEMA)
    inputs.extra = 1
    assert inputs.to_dict()["extra"] == 1
    del inputs.extra
    assert "extra" not in inputs.to_dict()


def test_a_parameter_named_like_a_method_is_still_sent():
    inputs = ParameterNamespace(SCHEMA)
    inputs.validate = True
    assert inputs.to_dict()["validate"] is True
    assert callable(inputs.validate)


def test_metadata_is_the_schema_and_can_not_be_set():
    inputs = ParameterNamespace(SCHEMA)
    assert inputs.metadata == SCHEMA
    with pytest.raises(AttributeError, match="metadata can not be set"):
        inputs.metadata = {}


def test_the_table_of_the_original():
    inputs = ParameterNamespace(SCHEMA)
    inputs.iterations = 3
    assert str(inputs).splitlines() == [
        "ParameterNamespace (Values):",
        "| Name       | Value | Type            | Required | Description  |",
        "-" * 66,
        "| iterations | 3     | integer         | True     | How often.   |",
        "| circuits   | None  | quantum-circuit | False    | What to run. |",
        "| seed       | None  | integer or null | True     | None         |",
        "| validate   | None  | boolean         | False    | None         |",
    ]


def test_the_table_cuts_long_values_and_line_breaks():
    inputs = ParameterNamespace({"properties": {"a": {"description": "x\ny " * 5}}})
    inputs.a = "z" * 100
    text = str(inputs)
    assert len(text.splitlines()) == 4
    assert "z" * 60 not in text


def test_copies_and_pickles_are_equal_and_independent():
    inputs = ParameterNamespace(SCHEMA)
    inputs.iterations = 3
    for other in (
        copy.copy(inputs),
        copy.deepcopy(inputs),
        pickle.loads(pickle.dumps(inputs)),
    ):
        assert other == inputs
        other.iterations = 4
        assert inputs.iterations == 3
        assert other != inputs
    assert repr(inputs) == "ParameterNamespace(iterations=3, seed=null)"
    assert inputs != 3


@pytest.mark.parametrize("odd", [None, {}, {"properties": 3}, {"required": 3}])
def test_odd_schemas_make_an_empty_namespace(odd):
    assert ParameterNamespace(odd).to_dict() == {}
    assert "Description" in str(ParameterNamespace(odd))
