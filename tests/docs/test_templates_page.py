"""docs/templates.md is executed: what it shows is what happens."""

import json
import re
import shlex
from pathlib import Path

import pytest

from toolkit.cli import _main
from toolkit.project.template_merge import Kind

PAGE = (Path(__file__).parents[2] / "docs" / "templates.md").read_text("utf-8")
LINES = "one\ntwo\nthree\n"


@pytest.fixture
def template(tmp_path):
    """The template of the page, in any of its versions."""
    folder = tmp_path / "team-template"
    inner = folder / "{{cookiecutter.program_name}}"
    inner.mkdir(parents=True)

    def write(version, first, *, licence=None):
        manifest = {"program_name": "p", "author": "nobody", "_version": version}
        (folder / "cookiecutter.json").write_text(json.dumps(manifest))
        (inner / "notes.md").write_text(f"{first}\n{LINES}")
        if licence:
            (inner / "LICENSE.txt").write_text(licence)

    return write


@pytest.fixture
def execute(tmp_path, monkeypatch, capsys):
    """Run the commands of a block, and hold what they say against the page."""
    monkeypatch.chdir(tmp_path)

    def run(block):
        for part in block.strip().removeprefix("$ ").split("\n$ "):
            command, _, shown = part.partition("\n")
            assert said(shlex.split(command)).strip() == shown.strip(), command

    def said(words):
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
            return ""
        if words[0] == "cat":
            text = Path(words[1]).read_text()
        elif words[0] == "ls":
            text = "\n".join(sorted(path.name for path in Path(words[1]).iterdir()))
        else:
            assert words.pop(0) == "qrt"
            capsys.readouterr()
            _main.run(words)
            text = "".join(capsys.readouterr())
            text = "" if words[0] == "new" else text
        return text.replace(str(tmp_path), "/srv")

    return run


def test_the_page_is_executed_and_says_what_happens(tmp_path, template, execute):
    making, merging, conflicting = re.findall(
        r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL
    )
    first = "Notes of {{ cookiecutter.author }}"
    template("1.0", first)
    execute(making)
    pyproject = (tmp_path / "first" / "pyproject.toml").read_text()
    (record,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert pyproject.replace(str(tmp_path), "/srv") == record

    notes = tmp_path / "first" / "notes.md"
    notes.write_text(f"{notes.read_text()}mine\n")
    template("2.0", f"{first}, improved", licence="Free.\n")
    execute(merging)

    notes.write_text(
        notes.read_text().replace("Notes of Lab, improved", "My own first line")
    )
    template("3.0", f"{first}, third edition")
    execute(conflicting)


def test_every_word_of_an_update_is_explained():
    words = re.findall(r"^\| `([a-z ]+)` \| (?!a )", PAGE, re.MULTILINE)
    assert sorted(words) == sorted(Kind)
