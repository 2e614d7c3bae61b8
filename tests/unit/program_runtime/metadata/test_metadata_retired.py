"""Metadata as it was written for the retired service."""

import pytest

from program_runtime.errors import BadMetadataError
from program_runtime.metadata import check_schema, parse_metadata, validate_inputs

OLDEST = {
    "name": "circuit-runner",
    "description": "Runs circuits.",
    "max_execution_time": 14400,
    "version": "1.0",
    "parameters": [
        {
            "name": "circuits",
            "description": "A circuit or a list of circuits.",
            "type": "A QuantumCircuit or a list of QuantumCircuits.",
            "required": True,
        },
        {
            "name": "shots",
            "description": "Repetitions.",
            "type": "int",
            "required": False,
        },
        {
            "name": "observable",
            "description": "",
            "type": "SparsePauliOp",
            "default": None,
        },
    ],
    "return_values": [
        {"name": "-", "description": "Results.", "type": "RunnerResult object"}
    ],
    "interim_results": [],
}


def test_the_oldest_form_is_read_as_schemas():
    found = parse_metadata(OLDEST, strict_version=False)
    assert found.version == "1.0.0"
    assert found.spec == {
        "backend_requirements": {},
        "parameters": {
            "type": "object",
            "properties": {
                "circuits": {
                    "description": "A circuit or a list of circuits. "
                    "(A QuantumCircuit or a list of QuantumCircuits.)"
                },
                "shots": {"type": "integer", "description": "Repetitions."},
                "observable": {
                    "format": "sparse-pauli-op",
                    "description": "",
                    "default": None,
                },
            },
            "required": ["circuits"],
            "additionalProperties": True,
        },
        "return_values": {"description": "Results. (RunnerResult object)"},
        "interim_results": {},
    }
    assert found.raw == OLDEST


def test_schemas_of_the_oldest_form_check_inputs():
    schema = parse_metadata(OLDEST, strict_version=False).spec["parameters"]
    assert [str(each) for each in validate_inputs(schema, {"shots": "a"})] == [
        "shots: is 'a', must be an integer",
        "circuits: is required",
    ]


def test_the_parts_of_spec_may_lie_at_the_top_and_keep_their_paths():
    with pytest.raises(BadMetadataError) as caught:
        parse_metadata(
            {
                "name": "a",
                "version": "1.0.0",
                "cost": -1,
                "parameters": {"properties": {"x": {"type": "int"}}},
            }
        )
    assert [problem.path for problem in caught.value.problems] == [
        "$.cost",
        "$.parameters.properties.x.type",
    ]


def test_draft_2019_09_is_read_with_its_list_of_items():
    parameters = {
        "$schema": "https://json-schema.org/draft/2019-09/schema",
        "type": "object",
        "properties": {"pair": {"items": [{"type": "integer"}, {"type": "string"}]}},
    }
    found = parse_metadata(
        {"name": "a", "version": "1.0.0", "spec": {"parameters": parameters}}
    )
    schema = found.spec["parameters"]
    assert validate_inputs(schema, {"pair": [1, "a"]}) == []
    assert [str(each) for each in validate_inputs(schema, {"pair": [1, 2]})] == [
        "pair[1]: is 2, must be a string"
    ]


def test_what_the_retired_client_dropped_is_dropped_where_it_is_expected():
    document = {"name": "a", "colour": "red", "spec": {"colour": "red"}}
    found = parse_metadata(document, strict_version=False)
    assert "colour" not in found.to_dict()
    assert "colour" not in found.spec
    with pytest.raises(BadMetadataError, match=r"\$\.colour: is an unknown name"):
        parse_metadata(document)


def test_a_spec_that_is_no_object_is_left_to_be_judged():
    with pytest.raises(BadMetadataError, match=r"\$\.spec: is 3, must be an object"):
        parse_metadata({"name": "a", "version": "1.0.0", "spec": 3, "parameters": {}})


def test_cost_is_the_maximum_execution_time():
    found = parse_metadata({"name": "a", "cost": 300}, strict_version=False)
    assert found.max_execution_time == 300


@pytest.mark.parametrize("odd", [[1], [{}], [{"name": 3}], [{"type": []}], "text", 3])
def test_malformed_old_lists_are_refused_or_read_but_never_a_crash(odd):
    document = {"name": "a", "version": "1.0.0", "parameters": odd}
    if isinstance(odd, list) and all(isinstance(each, dict) for each in odd):
        found = parse_metadata(document)
        assert check_schema(found.spec["parameters"]) == []
    else:
        with pytest.raises(BadMetadataError, match=r"  \$\.parameters: is .*, must be"):
            parse_metadata(document)
