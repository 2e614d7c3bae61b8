"""Every template makes a clean project that passes its own tests, offline."""

import json
import os
import subprocess
import sys
import tomllib

import pytest

from toolkit import checks, harness, project

KINDS = ("hello-world", "sampling", "variational")


@pytest.fixture(scope="module", params=KINDS)
def made(request, tmp_path_factory):
    """A project with nothing but the template's own answers."""
    target = tmp_path_factory.mktemp("made") / "my-program"
    return project.new_project(target, template=request.param)


def run_in(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )


def test_the_project_has_no_findings(made):
    assert checks.run_checks(made, strict=True) == []


def test_its_own_tests_pass(made):
    done = run_in(made, "pytest", "-q", "-p", "no:cacheprovider", "--qrt-record=none")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("words", [("check",), ("format", "--check")])
@pytest.mark.parametrize("isolated", [True, False])
def test_ruff_with_its_default_rules_has_nothing_to_say(made, words, isolated):
    options = ["--isolated"] if isolated else []
    done = run_in(made, "ruff", *words, "--no-cache", *options, ".")

    assert done.returncode == 0, done.stdout + done.stderr


def test_no_placeholder_is_left(made):
    for path in made.rglob("*"):
        assert "cookiecutter" not in path.name
        if path.is_file() and path.suffix != ".zip":
            text = path.read_text(encoding="utf-8")
            assert "{{" not in text, path
            assert "{%" not in text, path


def test_the_name_of_the_folder_is_the_programs(made):
    metadata = json.loads((made / "program.json").read_text())
    pyproject = tomllib.loads((made / "pyproject.toml").read_text())

    assert metadata["name"] == pyproject["project"]["name"] == "my-program"


def test_template_version_and_answers_are_recorded(made):
    template = tomllib.loads((made / "pyproject.toml").read_text())["tool"]["qrt"][
        "template"
    ]

    assert template["name"] in KINDS
    assert template["version"] == "1.0.0"
    assert template["answers"]["program_name"] == "my-program"


def test_every_sample_runs_and_would_run_the_same_on_the_service(made):
    loaded = project.load_project(made)
    samples = project.sample_inputs(loaded)
    assert samples

    with harness.Harness() as machine:
        for path in samples.values():
            inputs = project.read_sample(path)
            run = harness.run_project(loaded, inputs, harness=machine, seed=1)
            assert run.ok, run.outcome
            assert run.report.ok, run.report.findings


def test_a_name_with_spaces_and_a_difficult_description_become_a_project(tmp_path):
    description = 'says "hi" \\ \u00e9\n\U0001f600'
    root = project.new_project(
        tmp_path / "anywhere",
        template="variational",
        answers={"program_name": "My Fancy_VQE (2)!", "description": description},
    )

    assert project.load_project(root).metadata.name == "my-fancy_vqe-2"
    assert json.loads((root / "program.json").read_text())["description"] == description
    assert checks.run_checks(root, strict=True) == []


def test_variational_finds_the_ground_energy_of_hydrogen(tmp_path):
    loaded = project.load_project(
        project.new_project(tmp_path / "vqe", template="variational")
    )
    inputs = project.read_sample(project.sample_path(loaded, "h2"))
    run = harness.run_project(loaded, inputs, seed=1)

    assert run.result["energy"] == pytest.approx(-1.857275030202, abs=0.02)
