"""Published programs: listing, showing, managing."""

import click
import pytest
from unit.toolkit.cli import json_forms

from toolkit.cli import _metadata


def test_without_a_word_programs_lists_with_the_options_of_list(qrt, api):
    assert qrt("programs").stdout == qrt("programs", "list").stdout
    assert qrt("programs", "--search", "v", "--json").json["count"] == 1
    assert ("programs", "v") in api.done


def test_the_help_of_the_group_is_not_that_of_list(qrt):
    assert "releases" in qrt("programs", "--help").stdout


def test_a_misspelt_word_is_answered_with_the_meant_one(qrt, api):
    told = qrt("programs", "shwo", "vqe", code=2)
    assert told.stderr == (
        "error: No such command 'shwo'. Did you mean 'show'?\n"
        "hint: `qrt programs --help`\n"
    )
    assert "No such command 'xyz'.\n" in qrt("user", "xyz", code=2).stderr


@pytest.mark.parametrize(
    ("words", "count", "said"),
    [
        ((), 0, "no programs yet; publish one with: qrt publish\n"),
        (("--search", "x"), 0, "no program has 'x' in its name or description\n"),
        ((), 7, "0 of 7 programs; --search finds the others\n"),
    ],
)
def test_a_short_list_of_programs_says_why(qrt, api, words, count, said):
    api.page = {"programs": [], "count": count}
    assert qrt("programs", *words).stderr == said


def test_descriptions_of_others_can_not_steer_the_terminal(qrt, api):
    assert "Finds \\x1b[2Jenergies." in qrt("programs").stdout


def test_a_program_is_shown_with_a_table_of_its_inputs(qrt, api):
    api.parameters = {
        "properties": {
            "hamiltonian": {
                "format": "sparse-pauli-op",
                "description": "The operator.",
            },
            "iterations": {"type": "integer", "minimum": 1, "default": 100},
        },
        "required": ["hamiltonian"],
    }
    shown = qrt("programs", "show", "vqe").stdout
    assert shown.startswith("program:         vqe 1.0.0\n")
    assert "labels:          latest=1.0.0\n" in shown
    assert shown.splitlines()[-3:] == [
        "INPUT        TYPE             REQUIRED  DEFAULT  DESCRIPTION",
        "hamiltonian  sparse-pauli-op  yes       -        The operator.",
        "iterations   integer >= 1     no        100",
    ]


def test_one_release_is_shown_as_it_is(qrt, api):
    shown = qrt("programs", "show", "vqe@0.9.0", "--json").json
    assert ("release", "vqe", "0.9.0") in api.done
    assert (shown["version"], shown["description"]) == ("0.9.0", "An older one.")


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"enum": ["a", 2]}, '"a" or 2'),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"type": ["integer", "null"]}, "integer or null"),
        ({"type": "array", "items": {"type": "number"}}, "array of number"),
        ({"type": "array", "items": {}}, "array"),
        ({"format": "quantum-circuit", "maxQubits": 5}, "quantum-circuit <= 5 qubits"),
        ({"format": "ndarray", "shape": [2]}, "ndarray shape [2]"),
        ({"exclusiveMinimum": 0}, "any > 0"),
        (
            {"type": "integer", "minimum": 2, "maximum": 20},
            "integer >= 2 and <= 20",
        ),
    ],
)
def test_what_a_value_must_be_is_said_in_a_few_words(schema, text):
    assert _metadata.kind(schema) == text


def test_results_are_tables_too_and_schemas_without_properties_a_row(api):
    from toolkit.cli._output import Output

    program = {**api.program("vqe"), "version": None}
    program["spec"] = {
        "backend_requirements": {"min_num_qubits": 2},
        "interim_results": {"properties": {}},
        "parameters": {"properties": {"a": True}},
        "return_values": {"type": "number", "description": "It."},
    }
    shown = _metadata.text(program, Output())
    program["spec"]["interim_results"] = True
    assert _metadata.text(program, Output()) == shown
    assert "needs:           min_num_qubits 2" in shown
    assert "a      any   no        -" in shown
    assert shown.endswith("RESULT  TYPE    DESCRIPTION\n-       number  It.")
    assert "INTERIM" not in shown


def test_labels_and_visibility_are_changed(qrt, api):
    moved = qrt("programs", "label", "vqe", "stable", "1.0.0")
    assert moved.stdout == "vqe:stable is 1.0.0\n"
    assert qrt("programs", "public", "vqe").stdout == "vqe is public\n"
    assert qrt("programs", "private", "vqe").stdout == "vqe is private\n"
    assert api.done[0] == ("set_label", "vqe", "stable", "1.0.0")


def test_the_source_of_a_release_is_printed_or_unpacked(qrt, api, here):
    assert qrt("programs", "source", "vqe").stdout == "def main(): ...\n"
    assert ("download_bundle", "vqe", "1.0.0") in api.done
    answer = qrt("programs", "source", "vqe@0.9.0", "--json").json
    assert json_forms.check("programs source", answer)["version"] == "0.9.0"
    assert qrt("programs", "source", "vqe:stable", "-o", "x").stdout == "x\n"
    assert (here / "x/program.py").read_text() == "def main(): ...\n"
    told = qrt("programs", "source", "vqe", "-o", "y", "--json")
    json_forms.check("programs source --output", told.json)


def test_nothing_is_deleted_where_nobody_can_be_asked(qrt, api):
    told = qrt("programs", "delete", "vqe", code=2)
    assert "Deleting needs --yes where nobody can be asked." in told.stderr
    assert api.done == []
    assert qrt("programs", "delete", "vqe", "--yes").stdout == "vqe\n"
    assert api.done == [("delete_program", "vqe")]


@pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 1)])
def test_a_person_is_asked_before_a_program_is_deleted(
    qrt, api, monkeypatch, answer, code
):
    asked = []
    monkeypatch.setattr("toolkit.cli._output.Output.asks", True)
    monkeypatch.setattr(
        click, "confirm", lambda question, **_: asked.append(question) or answer
    )
    qrt("programs", "delete", "vqe", code=code)
    assert asked == ["Delete vqe with all its releases?"]
    assert (("delete_program", "vqe") in api.done) == answer
