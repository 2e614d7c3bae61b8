"""Commands about a project: new, check, build, test."""

import json
import sys

import pytest
from unit.toolkit.cli import json_forms


@pytest.fixture
def project(make_project, monkeypatch, here):
    root = make_project()
    monkeypatch.chdir(root)
    return root


def test_a_new_project_is_made_and_what_to_try_is_said(qrt, here):
    told = qrt("new", "my vqe", "-d", "description=Mine.")
    assert told.stdout == f"{here / 'my vqe'}\n"
    assert told.stderr.splitlines()[1:] == [
        "  cd 'my vqe'", "  qrt check", "  qrt run", "  qrt test", "  qrt publish",
    ]  # fmt: skip
    metadata = json.loads((here / "my vqe/program.json").read_text())
    assert metadata["description"] == "Mine."
    answer = qrt("new", "other", "--defaults", "--json").json
    assert json_forms.check("new", answer)["template"] == "variational"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x", "-d", "name"), "'name' is not key=value."),
        (("x", "-t", "variation"), "hint: Did you mean 'variational'?"),
        ((".",), "is not empty"),
        ((), "Missing argument 'DIRECTORY'."),
    ],
)
def test_a_project_that_can_not_be_made_is_refused(qrt, here, words, said):
    (here / "held").write_text("")
    assert said in qrt("new", *words, code=2).stderr


def test_questions_of_a_template_are_not_on_stdout(qrt, monkeypatch, here):
    monkeypatch.setattr("toolkit.cli._output.Output.asks", True)
    made = []

    def new_project(directory, *, template, answers, defaults, trust):
        print("What is its name?")
        made.append((defaults, trust))
        return here / "x"

    monkeypatch.setattr("toolkit.project.new_project", new_project, raising=False)
    told = qrt("new", "x")
    assert told.stdout == f"{here / 'x'}\n"
    assert told.stderr.startswith("What is its name?\n")
    assert made == [(False, False)]


def test_the_password_of_a_template_is_not_said(qrt, monkeypatch, here):
    def new_project(*_, **__):
        return here / "x"

    monkeypatch.setattr("toolkit.project.new_project", new_project, raising=False)
    told = qrt("new", "x", "-t", "https://ada:s3cret@example.org/t.zip")
    assert "s3cret" not in told.stdout + told.stderr
    assert "'https://example.org/t.zip'" in told.stderr


def test_a_clean_project_has_no_findings(qrt, project):
    told = qrt("check")
    assert (told.stdout, told.stderr) == ("", "no findings\n")
    answer = json_forms.check("check", qrt("check", "--json").json)
    assert answer == {"ok": True, "findings": [], "ignored": 0}


def test_every_finding_is_said_with_its_place_and_mend(qrt, project):
    (project / "program.py").write_text("def main(user_messenger): pass\n")
    told = qrt("check", code=3)
    first, mend, *_ = told.stdout.splitlines()
    assert first.startswith("program.py:1: error QRT")
    assert mend.startswith("    ")
    answer = json_forms.check("check", qrt("check", "--json", code=3).json)
    assert not answer["ok"]
    count = len(answer["findings"])
    assert f"{count} finding{'s' * (count > 1)}\n" == told.stderr


def test_warnings_fail_when_strict(qrt, project):
    (project / "core.py").write_text("print(1)\n")
    with (project / "program.py").open("a") as program:
        program.write("import core\n")
    told = qrt("check", "--no-ruff")
    assert told.stdout.startswith("core.py:1: warning QRT130 print is called")
    told = qrt("check", "--no-ruff", "--strict", code=3)
    assert told.stdout.startswith("core.py:1: error QRT130 print is called")


def test_the_bundle_is_built_into_dist(qrt, project):
    told = qrt("build")
    assert told.stdout.startswith(f"{project / 'dist'}/hello-1.0.0")
    assert "files, " in told.stderr
    answer = json_forms.check("build", qrt("build", "-o", "out", "--json").json)
    assert "program.py" in answer["files"]
    assert answer["digest"] in told.stderr


class Ended:
    def __init__(self, code):
        self.returncode = code


@pytest.mark.parametrize(
    ("words", "code", "exit_code", "folder", "arguments"),
    [
        ((), 0, 0, ".", []),
        (("--", "-k", "x"), 0, 0, ".", ["-k", "x"]),
        (("sub", "--", "--", "-x"), 1, 1, "sub", ["--", "-x"]),
        (("-q",), 0, 0, ".", ["-q"]),
        ((), 5, 1, ".", []),
    ],
)
def test_words_behind_two_dashes_are_pytests(
    *, qrt, monkeypatch, words, code, exit_code, folder, arguments
):
    ran = []

    def run(command, *, cwd, stdout, check):
        ran.append((command[2:], str(cwd)))
        return Ended(code)

    monkeypatch.setattr("subprocess.run", run)
    told = qrt("test", *words, code=exit_code)
    assert ran == [(["pytest", *arguments], folder)]
    assert ("holds no tests" in told.stderr) == (code == 5)


def test_tests_as_json_keep_stdout_for_the_answer(qrt, monkeypatch, here):
    def run(command, *, cwd, stdout, check):
        assert stdout is sys.stderr
        return Ended(2)

    monkeypatch.setattr("subprocess.run", run)
    answer = json_forms.check("test", qrt("test", "--json", code=1).json)
    assert answer == {"ok": False, "pytest_exit_code": 2}


def test_an_option_of_pytest_needs_the_two_dashes(qrt, here):
    assert "No such option" in qrt("test", "-x", code=2).stderr
    assert "[DIRECTORY] [-- PYTEST_ARGS...]" in qrt("test", "--help").stdout


def test_tests_without_pytest_say_what_to_install(qrt, monkeypatch, here):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    told = qrt("test", code=1)
    assert told.stderr == (
        "error: pytest is not installed.\nhint: python -m pip install pytest\n"
    )
