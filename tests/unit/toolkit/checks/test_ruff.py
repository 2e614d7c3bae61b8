"""Ruff's findings among ours, where Ruff is there."""

import pytest

from toolkit.checks import Severity, ruff

MAIN = "def main(backend, user_messenger, *, text, times=2): ...\n"


@pytest.fixture
def fake_ruff(tmp_path):
    """A program that is called ruff."""

    def make(script):
        path = tmp_path / "bin" / "ruff"
        path.parent.mkdir()
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return make


def test_ruff_speaks_by_the_projects_own_settings(make_project):
    pytest.importorskip("ruff")
    config = '[tool.ruff]\nlint.select = ["F401", "T201"]\n[project]\nname = "x"\n'
    root = make_project(
        program=f"import os\n{MAIN}",
        files={"pyproject.toml": config, "tests/test_a.py": "print(1)  # noqa: T201\n"},
    )
    found = ruff.run_ruff(root)

    assert [(f.code, f.path, f.line) for f in found] == [("ruff:F401", "program.py", 1)]
    assert found[0].severity is Severity.WARNING
    assert found[0].message == "`os` imported but unused."
    assert found[0].hint == "`ruff check --fix` mends it."
    assert not (root / ".ruff_cache").exists()


def test_settings_that_ruff_refuses_are_one_finding(make_project):
    pytest.importorskip("ruff")
    config = '[tool.ruff]\nlint.select = ["NOTHING1"]\n'
    (found,) = ruff.run_ruff(make_project(files={"pyproject.toml": config}))

    assert found.code == "ruff:failed"
    assert found.message.startswith("Ruff can not judge the project: ")
    assert found.hint == "`qrt check --no-ruff` leaves it out."


def test_settings_that_mend_on_every_run_mend_nothing_here(make_project):
    pytest.importorskip("ruff")
    program = f"import os\n{MAIN}"
    root = make_project(program=program, files={"ruff.toml": "fix = true\n"})

    assert ruff.run_ruff(root)
    assert (root / "program.py").read_text() == program


def test_without_ruff_there_is_nothing_to_say(make_project, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)

    assert ruff.run_ruff(make_project()) == []


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo '['", "Expecting value"),
        ("echo '{}'", "it says nothing that can be read"),
        (
            "echo 'ruff failed' >&2; echo '  Cause: no such file' >&2; exit 2",
            "Cause: no",
        ),
    ],
)
def test_a_ruff_that_does_not_work_is_one_finding(
    make_project, fake_ruff, script, words
):
    (found,) = ruff.run_ruff(make_project(), fake_ruff(script))

    assert found.code == "ruff:failed"
    assert words in found.message
