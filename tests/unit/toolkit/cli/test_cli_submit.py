"""Submitting: inputs are judged here, samples and settings come from the project."""

import json

import pytest
from unit.toolkit.cli import json_forms
from unit.toolkit.cli.fake_service import JOB_ID

from program_runtime.errors import RuntimeProgramNotFound
from toolkit.cli import _reference

PARAMETERS = {
    "type": "object",
    "properties": {
        "hamiltonian": {"format": "sparse-pauli-op"},
        "iterations": {"type": "integer"},
        "text": {"type": "string"},
    },
    "required": ["text"],
}


@pytest.fixture
def project(here):
    """The working directory is the project of the program vqe."""
    (here / "program.json").write_text(json.dumps({"name": "vqe"}))
    (here / "inputs").mkdir()
    (here / "inputs/h2.json").write_text('{"text": "h2", "iterations": 5}')
    (here / "inputs/lih.json").write_text('{"text": "lih"}')
    (here / "pyproject.toml").write_text("[tool.qrt]\nbackend = 'fake_manila'\n")
    return here


def sent(api):
    return next(done[1] for done in api.done if done[0] == "submit_job")


def test_the_id_comes_first_then_what_to_do_with_it(qrt, api):
    told = qrt("submit", "vqe")
    assert told.stdout == f"{JOB_ID}\n"
    assert told.stderr.splitlines() == [
        "follow it: qrt follow job_1",
        "finish early: qrt stop job_1   cancel: qrt cancel job_1",
        "read it: qrt result job_1",
    ]
    json_forms.check("submit", qrt("submit", "vqe", "--json").json)


def test_options_reach_the_service(qrt, api):
    words = ("--backend", "b", "--shots", 5, "--seed", 1, "--max-time", 2.5)
    qrt("submit", "vqe@1.0.0", *words, "--tag", "t", "-i", "iterations=3")
    assert sent(api) == {
        "program_id": "vqe@1.0.0",
        "inputs": '{"iterations": 3}',
        "backend": "b",
        "shots": 5,
        "seed": 1,
        "max_execution_time": 2.5,
        "tags": ("t",),
    }
    assert ("release", "vqe", "1.0.0") in api.done


def test_everything_wrong_with_the_inputs_is_said_before_a_job_exists(qrt, api):
    api.parameters = PARAMETERS
    words = ("-i", "hamiltonian=5", "-i", "iteration=1", "-i", "iterations=x")
    told = qrt("submit", "vqe:stable", *words, "--json", code=3)
    error = json_forms.check_error(told.json)
    assert error["message"] == "The inputs do not fit the program."
    assert error["hint"] == "`qrt programs show vqe:stable` explains the inputs."
    found = {problem["path"]: problem for problem in error["findings"]}
    assert set(found) == {"hamiltonian", "iteration", "iterations", "text"}
    assert found["iteration"]["hint"] == "did you mean 'iterations'?"
    assert not [done for done in api.done if done[0] == "submit_job"]


def test_people_read_the_same_with_the_mend_beside_each_problem(qrt, api):
    api.parameters = PARAMETERS
    told = qrt("submit", "vqe", "-i", "text=a", "-i", "iteration=1", code=3)
    assert told.stderr == (
        "error: The inputs do not fit the program.\n"
        "  iteration: is not a parameter of this program (did you mean 'iterations'?)\n"
        "hint: `qrt programs show vqe` explains the inputs.\n"
    )


def test_a_sample_of_the_project_gives_the_inputs_and_i_goes_over_it(qrt, api, project):
    api.parameters = PARAMETERS
    qrt("submit", "vqe", "--sample", "h2", "-i", "iterations=9")
    assert json.loads(sent(api)["inputs"]) == {"text": "h2", "iterations": 9}


def test_missing_inputs_name_the_samples_of_the_project(qrt, api, project):
    api.parameters = PARAMETERS
    told = qrt("submit", "vqe", code=3)
    assert "hint: Say --sample NAME with one of: h2, lih.\n" in told.stderr


def test_a_misspelt_sample_is_answered_with_the_meant_one(qrt, api, project):
    told = qrt("submit", "vqe", "--sample", "h3", "--json", code=2)
    assert json_forms.check_error(told.json) == {
        "code": "sample_not_found",
        "message": "There are no sample inputs 'h3'.",
        "hint": "Did you mean 'h2'?",
    }
    told = qrt("submit", "vqe", "--sample", "water", code=2)
    assert "hint: There are: h2, lih.\n" in told.stderr


def test_the_sample_of_another_program_is_no_sample(qrt, api, project):
    told = qrt("submit", "qaoa", "--sample", "h2", code=2)
    assert "--sample needs the project of qaoa as the working directory." in told.stderr
    assert api.done == []


def test_the_project_sets_what_its_own_program_runs_on(qrt, api, project):
    qrt("submit", "vqe")
    assert sent(api)["backend"] == "fake_manila"
    api.done.clear()
    qrt("submit", "qaoa")
    assert sent(api)["backend"] == "aer_simulator"


@pytest.mark.parametrize("text", ["{", "[]", '{"name": 5}'])
def test_a_project_whose_name_can_not_be_read_is_no_ones(qrt, api, project, text):
    (project / "program.json").write_text(text)
    qrt("submit", "vqe")
    assert sent(api)["backend"] == "aer_simulator"


def test_following_prints_the_result_alone_on_stdout(qrt, api, stream):
    told = qrt("submit", "vqe", "--follow")
    assert told.stdout == '{"energy": -1.5}\n'
    assert told.stderr.splitlines() == [
        "job_1",
        "   1  iteration 0  energy -1",
        "log: hello",
        "   2  iteration 1  energy -1.5",
        "job_1 Completed",
    ]


def test_following_as_json_begins_with_the_job(qrt, api, stream):
    told = qrt("submit", "vqe", "--follow", "--json")
    lines = json_forms.check_stream("submit --follow", told.lines)
    assert (lines[0]["type"], lines[0]["id"]) == ("job", JOB_ID)
    assert lines[-1]["type"] == "outcome"


def test_a_flag_without_effect_is_refused(qrt, api):
    told = qrt("submit", "vqe", "--plot", "energy", code=2)
    assert "--plot needs --follow: else nothing is shown." in told.stderr


def test_an_unknown_program_without_a_near_one_says_where_to_look(qrt, api):
    def missing(name):
        raise RuntimeProgramNotFound("There is no program 'x'.", status=404)

    api.program = missing
    api.page = {"programs": []}
    api.programs = lambda **_: api.page
    told = qrt("submit", "x", code=5)
    assert told.stderr == (
        "error: There is no program 'x'.\nhint: `qrt programs` lists what you may run.\n"
    )


@pytest.mark.parametrize(
    ("text", "name", "ref"),
    [
        ("vqe", "vqe", ""),
        ("vqe@1.2.0", "vqe", "1.2.0"),
        ("vqe:stable", "vqe", "stable"),
        ("vqe@1.2.0:x", "vqe", "1.2.0:x"),
    ],
)
def test_a_reference_is_a_name_and_perhaps_a_release(text, name, ref):
    found = _reference.REFERENCE.convert(text, None, None)
    assert (found.name, found.ref, str(found)) == (name, ref, text)
    assert _reference.REFERENCE.convert(found, None, None) is found


@pytest.mark.parametrize("text", ["", "@", "vqe@", ":stable"])
def test_half_a_reference_is_refused(qrt, api, text):
    told = qrt("submit", text, code=2)
    assert "is no program: write NAME, NAME@VERSION or NAME:LABEL." in told.stderr
