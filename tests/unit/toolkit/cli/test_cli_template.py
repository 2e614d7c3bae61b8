"""qrt template update, and own templates for qrt new."""

import json

import pytest
from unit.toolkit.cli import json_forms

from toolkit.project import new_project


@pytest.fixture
def template(here):
    """Write a version of a template."""
    folder = here / "small"
    inner = folder / "{{cookiecutter.name}}"
    inner.mkdir(parents=True)

    def write(version, *, a="a\n", b="b\n"):
        manifest = {"name": "n", "_version": version}
        (folder / "cookiecutter.json").write_text(json.dumps(manifest))
        (inner / "a.txt").write_text(a)
        (inner / "b.txt").write_text(b)
        return folder

    return write


@pytest.fixture
def project(template, here, monkeypatch):
    root = new_project(here / "p", template=str(template("1.0")))
    monkeypatch.chdir(root)
    return root


def test_an_update_says_what_became_of_each_file(qrt, project, template):
    template("2.0", b="bb\n")
    label = "../small"
    told = qrt("template", "update", "--dry-run")
    assert (told.stdout, (project / "b.txt").read_text()) == ("changed  b.txt\n", "b\n")
    assert told.stderr == f"would be updated from {label} 1.0 to {label} 2.0\n"

    told = qrt("template", "update")
    assert (told.stdout, (project / "b.txt").read_text()) == (
        "changed  b.txt\n",
        "bb\n",
    )
    assert told.stderr == f"updated from {label} 1.0 to {label} 2.0\n"
    told = qrt("template", "update")
    assert told.stderr == f"the project is up to date with {label} 2.0\n"


def test_a_conflict_ends_with_a_code_of_its_own(qrt, project, template):
    (project / "b.txt").write_text("mine\n")
    template("2.0", b="bb\n")
    answer = qrt("template", "update", "--json", "--dry-run", code=6).json
    assert json_forms.check("template update", answer) == {
        "template": "../small",
        "from": "1.0",
        "to": "2.0",
        "changes": [
            {"path": "b.txt", "change": "conflict", "conflicts": 1, "note": None}
        ],
        "conflicts": 1,
        "written": False,
    }
    told = qrt("template", "update", code=6)
    assert told.stdout == "conflict b.txt\n"
    assert told.stderr.endswith("1 conflict to resolve by hand\n")
    assert (project / "b.txt").read_text().startswith("<<<<<<< yours\nmine\n=======\n")


def test_a_diff_is_the_answer_and_nothing_is_written(qrt, project, template):
    template("2.0", b="bb\n")
    told = qrt("template", "update", "--diff")

    assert "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-b\n+bb\n" in told.stdout
    assert (project / "b.txt").read_text() == "b\n"
    answer = qrt("template", "update", "--diff", "--json").json
    assert json_forms.check("template update --diff", answer)["diff"] in told.stdout


def test_a_file_that_is_in_conflict_without_markers_is_explained(
    qrt, project, template
):
    (project / "b.txt").write_text("mine\n")
    folder = template("2.0")
    (folder / "{{cookiecutter.name}}" / "b.txt").unlink()

    assert qrt("template", "update", code=6).stdout == (
        "conflict b.txt: the template no longer has it, and you changed it\n"
    )


def test_a_project_of_no_template_is_told_what_to_do(qrt, here):
    told = qrt("template", "update", code=1)

    assert f"error: {here} does not say which template it came from.\n" in told.stderr
    assert "hint: Name it once: `qrt template update --template NAME" in told.stderr


def test_a_template_with_hooks_needs_trust(qrt, here, template):
    folder = template("1.0")
    (folder / "hooks").mkdir()
    (folder / "hooks/post_gen_project.py").write_text("open('made.txt', 'w').close()")
    told = qrt("new", "q", "-t", folder, "--defaults", code=1)
    assert "hint: Look at it, and pass --trust if you trust it." in told.stderr

    qrt("new", "q", "-t", folder, "--defaults", "--trust")
    assert (here / "q/made.txt").exists()
