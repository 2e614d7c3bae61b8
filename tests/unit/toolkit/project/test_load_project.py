"""Loading a project folder."""

import sys

import pytest

from toolkit.errors import ExitCode, ProjectError, SampleNotFoundError
from toolkit.project import (
    find_root,
    load_project,
    read_sample,
    sample_inputs,
    sample_path,
)


def error_of(root):
    with pytest.raises(ProjectError) as caught:
        load_project(root)
    return caught.value


def test_a_project_is_loaded_whole(make_project):
    pyproject = """
[project]
dependencies = ["scikit-learn>=1", "pandas"]
[tool.qrt]
backend = "fake_manila"
"""
    root = make_project(files={"pyproject.toml": pyproject})
    project = load_project(root)

    assert project.root == root
    assert project.metadata.name == "hello"
    assert project.source_path == root / "program.py"
    assert project.requirements == ("scikit-learn>=1", "pandas")
    assert project.settings == {"backend": "fake_manila"}
    assert [p.name for p in project.interface.inputs] == ["text", "times"]


def test_the_program_is_never_imported(make_project):
    root = make_project(
        program="raise SystemExit\ndef main(backend, user_messenger): 1"
    )
    load_project(root)

    loaded = getattr(sys.modules.get("program"), "__file__", None)
    assert loaded != str(root / "program.py")


def test_a_project_without_a_pyproject_has_no_requirements(make_project):
    project = load_project(make_project(files={"pyproject.toml": None}))

    assert project.requirements == ()
    assert project.settings == {}


def test_a_folder_that_is_no_project_says_what_to_do(tmp_path):
    error = error_of(tmp_path)

    assert str(error) == (
        f"{tmp_path} holds no program.py and program.json. "
        "Make a project with `qrt new DIR`, or name its folder."
    )
    assert error.exit_code is ExitCode.FINDINGS
    assert "is no folder" in str(error_of(tmp_path / "nowhere"))


def test_all_problems_are_listed_at_once(make_project):
    root = make_project(
        metadata={"name": "Bad Name", "version": 1},
        program="def main(:",
        files={"pyproject.toml": "tool = 3"},
    )
    error = error_of(root)

    assert [problem.path for problem in error.problems] == [
        "program.json $.name",
        "program.json $.version",
        "program.py:1",
        "pyproject.toml: tool",
    ]
    assert "`qrt check` shows everything that is wrong." in str(error)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("program.json", None, "program.json: is missing"),
        ("program.py", None, "program.py: is missing"),
        ("program.json", "{", "program.json: The metadata is not JSON"),
        ("program.json", "[]", "must be an object"),
        ("program.py", "x = 1", "program.py: program.py defines no function main"),
        ("pyproject.toml", "= 3", "pyproject.toml: can not be read: Invalid"),
        ("pyproject.toml", "project = 3", "pyproject.toml: project: is not a table"),
        (
            "pyproject.toml",
            "[project]\ndependencies = [1]",
            "project.dependencies: is not a list of texts",
        ),
    ],
)
def test_one_broken_file_is_named(make_project, name, content, words):
    assert words in str(error_of(make_project(files={name: content})))


def test_the_root_is_found_upward(make_project, tmp_path):
    root = make_project()

    assert find_root(root / "tests") == root
    assert find_root(root) == root
    assert find_root(tmp_path) is None


def test_samples_are_found_by_name(make_project):
    root = make_project(files={"inputs/a.json": "{}", "inputs/note.txt": ""})

    assert sample_inputs(load_project(root)) == {
        "a": root / "inputs/a.json",
        "short": root / "inputs/short.json",
    }


@pytest.mark.parametrize(
    ("name", "hint"),
    [("shrt", "Did you mean 'short'?"), ("zzz", "There are: short.")],
)
def test_an_unknown_sample_is_a_clear_error(make_project, name, hint):
    with pytest.raises(SampleNotFoundError) as caught:
        sample_path(load_project(make_project()), name)

    assert str(caught.value) == f"There are no sample inputs {name!r}. {hint}"


def test_a_project_without_samples_says_where_to_write_one(make_project):
    project = load_project(make_project(files={"inputs/short.json": None}))

    with pytest.raises(SampleNotFoundError, match=r"Write one: inputs/h2\.json\."):
        sample_path(project, "h2")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[1]", r"inputs/s\.json: holds a list, not an object"),
        ("{", r"inputs/s\.json: can not be read"),
    ],
)
def test_a_sample_that_is_no_object_is_refused(make_project, content, words):
    root = make_project(files={"inputs/s.json": content})

    with pytest.raises(ProjectError, match=words):
        read_sample(root / "inputs/s.json")


def test_encoded_values_in_a_sample_are_decoded(make_project):
    encoded = '{"z": {"__type__": "complex", "__value__": [1.0, 2.0]}}'
    root = make_project(files={"inputs/s.json": encoded})

    assert read_sample(root / "inputs/s.json") == {"z": 1 + 2j}
