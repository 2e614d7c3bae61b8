"""A misspelt word is answered with the one that was meant, wherever words are taken.

Words that the service knows are in the acceptance tests, against a real one.
"""

import json
from pathlib import Path

import pytest
from unit.toolkit.cli import fake_service

from program_runtime.client import profiles
from program_runtime.client.secret import Secret
from toolkit.checks import Severity, run_checks
from toolkit.cli import _commands, _groups, _main

WORDS = [
    ("submitt", 2, "submit"),
    ("programs lst", 2, "list"),
    ("programs lable x y z", 2, "label"),
    ("config shw", 2, "show"),
    ("metadata snyc", 2, "sync"),
    ("user ad x", 2, "add"),
    ("run --bakend x", 2, "--backend"),
    ("submit vqe --sampel x", 2, "--sample"),
    ("run --isolation stong", 2, "strong"),
    ("completion fsh", 2, "fish"),
    ("user add x --role autor", 2, "author"),
    ("publish --target qiskit-servless", 2, "qiskit-serverless"),
    ("run --backend aer_simulatr", 5, "aer_simulator"),
    ("run --sample shrt", 2, "short"),
    ("run -i txet=abc", 3, "text"),
    ("submit helo --sample short", 2, "hello"),
    ("submit hello --sample shrt", 2, "short"),
    ("jobs --profile lba", 5, "lab"),
    ("logout lba", 5, "lab"),
    ("follow j --profile lba --target qiskit-serverless", 5, "lab"),
    ("new x --defaults --template variationel", 2, "variational"),
]


@pytest.fixture
def everything(here, make_project, tmp_path, monkeypatch):
    """A project with a sample as the working directory, and a stored service."""
    monkeypatch.chdir(make_project())
    lab = profiles.Profile(name="lab", url="http://127.0.0.1:9", token=Secret("t"))
    (tmp_path / "config").mkdir()
    profiles.save(tmp_path / "config", lab)


@pytest.mark.parametrize(("words", "code", "meant"), WORDS, ids=[w[0] for w in WORDS])
def test_the_word_that_was_meant_is_named(qrt, everything, words, code, meant):
    told = qrt(*words.split(), code=code)
    assert f"id you mean '{meant}'?" in told.stderr


def test_every_group_of_commands_suggests():
    context = None
    groups = [_main.qrt.get_command(context, name) for name in _commands.HELP]
    for group in (group for group in groups if hasattr(group, "commands")):
        assert isinstance(group, _groups.SuggestingGroup), group.name


def test_settings_of_the_project_are_suggested(qrt, everything):
    Path("pyproject.toml").write_text("[tool.qrt]\nbackendd = 'x'\n")
    assert "'backendd' is not a setting. Did you mean 'backend'?" in (
        qrt("config", "show").stderr
    )


def test_settings_of_the_user_are_suggested(qrt, everything, tmp_path):
    (tmp_path / "config/config.toml").write_text("shot = 7\n")
    assert "'shot' is not a setting. Did you mean 'shots'?" in (
        qrt("config", "show").stderr
    )


def test_codes_of_checks_are_suggested(make_project):
    text = '[project]\nname = "h"\n[tool.qrt.check]\nignore = ["QRT60l"]\n'
    found = run_checks(make_project(files={"pyproject.toml": text}))
    hints = [f.hint for f in found if f.severity is Severity.WARNING]
    assert [hint[:-3] for hint in hints] == ["Did you mean 'QRT60"]


def test_filters_of_the_list_of_jobs_are_suggested(qrt, api):
    api.backends = lambda: [{"name": "aer_simulator"}]
    api.jobs = lambda **_: {"jobs": [], "count": 0}
    told = qrt("jobs", "--backend", "aer_simulatr")
    assert told.stderr.splitlines()[1] == (
        "hint: There is no backend 'aer_simulatr'. Did you mean 'aer_simulator'?"
    )


def test_a_plotted_number_is_suggested(qrt, api, stream):
    told = qrt("follow", fake_service.JOB_ID, "--plot", "enery")
    assert "Did you mean 'energy'?" in told.stderr


def test_json_has_the_suggestion_too(qrt):
    told = json.loads(qrt("--json", "jbs", code=2).stdout)
    assert told["error"]["message"] == "No such command 'jbs'. Did you mean 'jobs'?"
