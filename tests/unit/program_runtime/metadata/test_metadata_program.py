"""RuntimeProgram: the fields of the original and ours."""

import pytest

from program_runtime.errors import NotAuthorizedError
from program_runtime.metadata import ParameterNamespace, RuntimeProgram

ANSWER = {
    "id": "vqe",
    "name": "vqe",
    "owner": "u_a",
    "description": "Ground energies.",
    "version": "1.2.0",
    "labels": {"latest": "1.2.0"},
    "visibility": "public",
    "cost": 600,
    "creation_date": "2024-05-01T10:00:00Z",
    "update_date": "2024-05-02T10:00:00Z",
    "spec": {
        "backend_requirements": {"min_num_qubits": 5, "inputAllowed": ["job"]},
        "parameters": {
            "description": "All of it.",
            "type": "object",
            "properties": {
                "iterations": {"type": "integer", "minItems": 1, "description": "n"},
                "any": True,
            },
            "required": ["iterations"],
        },
        "return_values": {"type": "string"},
        "interim_results": {},
    },
}


def test_an_answer_of_the_service_has_all_fields():
    program = RuntimeProgram.from_dict(ANSWER)
    assert program.program_id == "vqe"
    assert program.max_execution_time == 600
    assert program.is_public is True
    assert program.backend_requirements["min_num_qubits"] == 5
    assert program.return_values == {"type": "string"}
    assert (program.version, program.owner) == ("1.2.0", "u_a")
    assert program.labels == {"latest": "1.2.0"}
    assert repr(program) == "<RuntimeProgram('vqe')>"


def test_to_dict_holds_the_fields_of_the_original_and_ours():
    program = RuntimeProgram.from_dict(ANSWER)
    found = program.to_dict()
    assert list(found) == [
        "program_id",
        "name",
        "description",
        "max_execution_time",
        "backend_requirements",
        "parameters",
        "return_values",
        "interim_results",
        "creation_date",
        "update_date",
        "is_public",
        "version",
        "labels",
        "owner",
    ]
    assert found["parameters"] == ANSWER["spec"]["parameters"]
    assert RuntimeProgram.from_dict(found).to_dict() == found


def test_parameters_are_a_new_namespace_each_time():
    program = RuntimeProgram.from_dict(ANSWER)
    first = program.parameters()
    assert isinstance(first, ParameterNamespace)
    first.iterations = 3
    assert program.parameters().iterations is None


def test_the_text_has_the_layout_of_the_original():
    assert str(RuntimeProgram.from_dict(ANSWER)).splitlines() == [
        "vqe:",
        "  Name: vqe",
        "  Description: Ground energies.",
        "  Version: 1.2.0",
        "  Owner: u_a",
        "  Creation date: 2024-05-01T10:00:00Z",
        "  Update date: 2024-05-02T10:00:00Z",
        "  Max execution time: 600",
        "  Backend requirements:",
        "    Minimum number of qubits: 5",
        "    Input allowed: ['job']",
        "  Input parameters:",
        "    Description: All of it.",
        "    Type: object",
        "    Properties:",
        "        - iterations:",
        "            Type: integer",
        "            Min items: 1",
        "            Description: n",
        "            Required: True",
        "        - any:",
        "            Required: False",
        "  Interim results:",
        "    none",
        "  Returns:",
        "    Type: string",
    ]


def test_the_source_is_fetched_once_and_only_for_those_who_may_see_it():
    calls = []

    def fetch():
        calls.append(1)
        return "def main(): ..."

    program = RuntimeProgram.from_dict(ANSWER, data=fetch)
    assert calls == []
    assert program.data == program.data == "def main(): ..."
    assert calls == [1]
    with pytest.raises(NotAuthorizedError) as caught:
        _ = RuntimeProgram.from_dict(ANSWER).data
    assert str(caught.value) == (
        "Only program authors are authorized to retrieve program data."
    )


def test_a_schema_without_the_usual_keywords_is_shown_as_it_is():
    program = RuntimeProgram("a", "a", return_values={"const": 1})
    assert str(program).endswith("  Returns:\n    {'const': 1}")


def test_the_least_answer_is_enough():
    program = RuntimeProgram.from_dict({"id": "a", "name": "b"})
    assert (program.name, program.program_id, program.description) == ("b", "a", "")
    assert str(program).count("none") == 6


def test_true_and_false_are_schemas_too():
    source = {"name": "a", "spec": {"return_values": True, "interim_results": False}}
    program = RuntimeProgram.from_dict(source)
    assert (program.return_values, program.interim_results) == ({}, {"not": {}})
    assert "  Returns:\n    none" in str(program)
