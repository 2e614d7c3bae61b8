"""What main says: written into program.json, shown, and given to callers."""

import json

import pytest
from unit.toolkit.cli import json_forms

PROGRAM = '''
def main(backend, user_messenger, *, text: str, times: int = 3):
    """Count."""
    return {"length": len(text) * times}
'''


@pytest.fixture
def project(make_project, monkeypatch, here):
    root = make_project(program=PROGRAM)
    monkeypatch.chdir(root)
    return root


def test_sync_writes_what_main_says(qrt, project):
    told = qrt("metadata", "sync")
    assert told.stdout == "times: default 2 -> 3\n"
    assert told.stderr == "program.json is written\n"
    document = json.loads((project / "program.json").read_text())
    assert document["spec"]["parameters"]["properties"]["times"]["default"] == 3
    told = qrt("metadata", "sync", "--json")
    assert json_forms.check("metadata sync", told.json)["changes"] == []


def test_sync_can_look_only(qrt, project):
    before = (project / "program.json").read_bytes()
    told = qrt("metadata", "sync", "--check", code=3)
    assert "`qrt metadata sync` writes it" in told.stderr
    assert (project / "program.json").read_bytes() == before
    answer = qrt("metadata", "sync", "--check", "--json", code=3).json
    assert json_forms.check("metadata sync", answer)["written"] is False
    assert answer["changes"] == [
        {"input": "times", "keyword": "default", "old": "2", "new": "3"}
    ]


def test_a_signature_without_a_schema_is_told_whole(qrt, project):
    program = "def main(backend, user_messenger, a, *, b: Foo): ..."
    (project / "program.py").write_text(program)
    told = qrt("metadata", "sync", code=3)
    assert "The signature of main can not become a schema:" in told.stderr
    assert "program.py:1: a: It has no annotation." in told.stderr
    assert "b: Foo has no JSON Schema." in told.stderr


def test_the_inputs_are_shown_and_nothing_runs(qrt, project):
    lines = qrt("run", "--help-inputs").stdout.splitlines()
    assert lines[0].split() == ["INPUT", "TYPE", "REQUIRED", "DEFAULT", "DESCRIPTION"]
    assert lines[1].split() == ["text", "string", "yes", "-", "Any", "text."]
    answer = qrt("run", "--help-inputs", "--json").json
    schema = json_forms.check("run --help-inputs", answer)["inputs"]
    assert list(schema["properties"]) == ["text", "times"]


def test_the_inputs_are_shown_once_also_where_files_would_be_watched(qrt, project):
    told = qrt("run", "--watch", "--help-inputs")
    assert told.stdout == qrt("run", "--help-inputs").stdout
    assert "watching" not in told.stderr


def test_the_inputs_of_a_job_are_not_shown_in_place_of_a_run(qrt, project):
    told = qrt("run", "--from-job", "job_1", "--help-inputs", code=2)
    assert (
        "error: --from-job brings its inputs: --help-inputs can not be used.\n"
    ) in told.stderr


def test_a_program_without_inputs_says_so(qrt, make_project, here):
    fields = {"name": "hello", "version": "1.0.0", "max_execution_time": 60, "spec": {}}
    program = "def main(backend, user_messenger): ..."
    files = {"inputs/short.json": None}
    root = make_project("bare", metadata=fields, program=program, files=files)
    told = qrt("run", root, "--help-inputs")
    assert (told.stdout, told.stderr) == ("", "hello takes no inputs\n")


def test_a_stub_is_printed_for_one_release(qrt, api):
    told = qrt("stub", "vqe@1.0.0")
    compile(told.stdout, "stub", "exec")
    assert "def vqe(" in told.stdout
    assert ("release", "vqe", "1.0.0") in api.done
    answer = json_forms.check("stub", qrt("stub", "vqe", "--json").json)
    assert answer["program"] == "vqe"
    assert ("release", "vqe", "latest") in api.done
