"""What docs/requirements.md shows: its commands say what it says that they do."""

import re
import shlex
from pathlib import Path

import pytest
from tiny_wheels import configure_uv, wheel

from program_runtime.service.settings import Settings
from toolkit.cli import _main
from toolkit.errors import ExitCode

PAGE = (Path(__file__).parents[2] / "docs" / "requirements.md").read_text(
    encoding="utf-8"
)


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The project of the page, with its wheels beside it."""
    here = tmp_path / "hello"
    wheel_folder = here / "wheels"
    here.mkdir()
    wheel(wheel_folder, "tiny-a", "1.0", requires=["tiny-b>=1", "numpy>=1.26"])
    wheel(wheel_folder, "tiny-b", "1.1")
    (here / "program.py").write_text("def main(backend, user_messenger): return 1\n")
    (here / "program.json").write_text(
        '{"name": "hello", "version": "1.0.0", "description": "Says hello.", "spec": {}}'
    )
    (toml,) = blocks("toml")
    (here / "pyproject.toml").write_text(toml)
    configure_uv(monkeypatch, tmp_path, wheel_folder)
    monkeypatch.chdir(here)
    return here


def test_the_commands_of_the_page_say_what_it_shows(project, monkeypatch, capsys):
    for block in blocks("console"):
        commands = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
        for command, *told in (each.splitlines() for each in commands):
            words = shlex.split(command)
            while "=" in words[0]:
                monkeypatch.setenv(*words.pop(0).split("=", 1))
            assert words.pop(0) == "qrt"
            assert _main.run(words) == 0
            assert capsys.readouterr().err.splitlines()[: len(told)] == told


def test_the_lock_of_the_page_is_the_one_that_is_made(project):
    assert _main.run(["build"]) == 0
    made = (project / "requirements.lock").read_text()
    made = re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", made)
    for key in ("python", "platform"):
        shown = re.search(rf"^# {key}: .*$", PAGE, re.MULTILINE)[0]
        made = re.sub(rf"^# {key}: .*$", shown, made, flags=re.MULTILINE)
    assert f"```\n{made}```" in PAGE


def test_the_error_of_the_page_is_the_one_that_is_told(project, capsys):
    text = (project / "pyproject.toml").read_text()
    text = text.replace('"numpy>=1.26", "qiskit>=2.0"', '"no-such-thing>=3"')
    (project / "pyproject.toml").write_text(text)
    assert _main.run(["build"]) == ExitCode.FINDINGS
    assert capsys.readouterr().err.partition("\n")[2] in PAGE


def test_the_settings_of_the_page_are_those_of_the_service():
    named = {name.lower() for name in re.findall(r"QRT_([A-Z_]+[A-Z])", PAGE)}
    assert named <= set(Settings.model_fields)
    ours = {name for name in Settings.model_fields if name.startswith("environment")}
    assert ours | {"index_url", "find_links", "import_s"} <= named
