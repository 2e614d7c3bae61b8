"""``qrt doctor``: the report, its exit code, and what it looks at."""

import pytest
from unit.toolkit.cli import json_forms

from toolkit import doctor
from toolkit.doctor import Diagnosis, State

FINE = Diagnosis(name="python", message="3.11")
LOW = Diagnosis(
    name="disk", state=State.WARNING, message="full\x1b[2J", hint="Make room."
)
OPEN = Diagnosis(name="files", state=State.PROBLEM, message="open", hint="Close.")


@pytest.fixture
def found(monkeypatch):
    """What the checks find; they keep what they looked at."""
    given = {"diagnoses": [FINE, LOW]}

    def examine(situation):
        given["situation"] = situation
        yield from given["diagnoses"]

    monkeypatch.setattr(doctor, "examine", examine)
    return given


def test_warnings_are_said_and_are_no_failure(qrt, found):
    assert qrt("doctor").stdout == (
        "ok       python: 3.11\nwarning  disk: full\\x1b[2J\n         Make room.\n"
    )


def test_a_problem_ends_with_1(qrt, found):
    found["diagnoses"].append(OPEN)
    told = qrt("doctor", code=1)
    assert told.stdout.endswith("problem  files: open\n         Close.\n")
    assert told.stderr == ""
    answer = json_forms.check("doctor", qrt("doctor", "--json", code=1).json)
    assert answer["ok"] is False
    assert [each["state"] for each in answer["checks"]] == ["ok", "warning", "problem"]


def test_the_answer_has_its_form(qrt, found):
    answer = json_forms.check("doctor", qrt("doctor", "--json").json)
    assert answer["ok"] is True
    assert answer["checks"][0] == {
        "name": "python",
        "state": "ok",
        "message": "3.11",
        "hint": None,
        "fixed": False,
    }


def test_what_the_user_has_chosen_is_looked_at(qrt, found, tmp_path, monkeypatch):
    qrt("doctor")
    seen = found["situation"]
    assert (seen.data_dir, seen.config_dir) == (tmp_path / "data", tmp_path / "config")
    assert (seen.way.name, seen.way.url) == ("local", None)
    assert (seen.isolation, seen.port, seen.fix) == ("auto", 8000, False)
    monkeypatch.setenv("QRT_ISOLATION", "strong")
    monkeypatch.setenv("QRT_PORT", "9000")
    monkeypatch.setenv("QRT_URL", "http://127.0.0.1:7000")
    monkeypatch.setenv("QRT_TOKEN", "qrt_planted")
    told = qrt("doctor", "--fix", "--data-dir", "elsewhere")
    seen = found["situation"]
    assert seen.data_dir.is_absolute()
    assert seen.data_dir.name == "elsewhere"
    assert (seen.way.url, seen.way.origin) == ("http://127.0.0.1:7000", "QRT_URL")
    assert (seen.isolation, seen.port, seen.fix) == ("strong", 9000, True)
    assert "planted" not in told.stdout + told.stderr


def test_what_other_commands_would_stop_at_is_said_once_each(
    qrt, found, tmp_path, monkeypatch
):
    monkeypatch.delenv("QRT_DATA_DIR")
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text("no toml")
    (config / "profiles.json").write_text("no json")
    monkeypatch.setenv("QRT_ISOLATION", "perfect")
    answer = qrt("doctor", "--json", code=1).json
    problems = [each for each in answer["checks"] if each["state"] == "problem"]
    names = [each["name"] for each in problems]
    assert names == ["stored services", "settings", "settings"]
    assert problems[0]["message"] == (
        f"The profiles in {config}/profiles.json can not be read."
    )
    assert problems[1]["message"].startswith(f"{config}/config.toml is not TOML: ")
    assert "QRT_ISOLATION: 'perfect' is not one of" in problems[2]["message"]
    assert found["situation"].way is None
    assert found["situation"].isolation == "auto"


def test_what_is_mended_first_is_no_obstacle_any_more(qrt, found, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/profiles.json").write_text("no json")
    told = qrt("doctor", "--fix")
    assert "stored services: " in told.stdout
    assert "it is profiles.damaged now" in told.stdout
    assert found["situation"].way.name == "local"


def test_the_checks_know_the_variables_of_every_setting(qrt, found, monkeypatch):
    monkeypatch.setenv("QRT_PROFILEE", "x")
    qrt("doctor")
    seen = found["situation"]
    assert {"QRT_PROFILE", "QRT_MAX_TIME", "QRT_URL"} <= set(seen.known_variables)
    assert "QRT_PROFILEE" in seen.variables


def test_a_profile_that_does_not_exist_is_a_problem(qrt, found):
    told = qrt("doctor", "--profile", "lab", code=1)
    assert told.stdout.startswith("problem  profile: No stored service is named 'lab'.")


def test_a_project_that_can_not_be_read_is_a_problem(qrt, found, here):
    (here / "program.json").write_text("{}")
    (here / "pyproject.toml").write_text("no toml")
    assert qrt("doctor", code=1).stdout.startswith("problem  project: ")


def test_a_port_that_is_no_number_is_that_of_the_default(qrt, found, monkeypatch):
    monkeypatch.setenv("QRT_PORT", "many")
    qrt("doctor")
    assert found["situation"].port == 8000
