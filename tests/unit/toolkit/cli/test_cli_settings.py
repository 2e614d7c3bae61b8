"""Flag before environment before project before user file before default."""

import click
import pytest
from unit.toolkit.cli import json_forms

from program_runtime.client import profiles
from program_runtime.client.secret import Secret
from toolkit.cli import _settings
from toolkit.cli._output import Output, speaks

NAME = "shots"


@pytest.fixture
def project(here):
    """A project around a deeper working directory."""
    (here / "program.json").write_text("{}")

    def write(text):
        (here / "pyproject.toml").write_text(f"[tool.qrt]\n{text}\n")

    return write


@pytest.fixture
def user_file(tmp_path):
    def write(text):
        path = tmp_path / "config/config.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.fixture
def shown(qrt):
    """What `qrt config show` says of one setting."""

    def show(name):
        answer = qrt("config", "show", "--json").json
        found = json_forms.check("config show", answer)["settings"][name]
        return found["value"], found["origin"]

    return show


@click.command()
@_settings.option("shots")
@_settings.option("max-time")
@speaks
def probe(*, out):
    found = _settings.resolve(NAME, _settings.layers({"shots": 4}, out))
    out.line([found.value, found.origin])
    _settings.values(["max-time"], {"max-time": 2}, out)


def probed(*words):
    from click.testing import CliRunner

    return CliRunner().invoke(probe, words, catch_exceptions=False)


def test_each_place_goes_before_the_next(shown, project, user_file, monkeypatch):
    assert shown(NAME) == (None, "default")
    path = user_file("shots = 1")
    assert shown(NAME) == (1, str(path))
    project("shots = 2")
    assert shown(NAME) == (2, "[tool.qrt] in pyproject.toml")
    monkeypatch.setenv("QRT_SHOTS", "3")
    assert shown(NAME) == (3, "QRT_SHOTS")
    assert probed("--shots", "5").stdout == '[5, "--shots"]\n'


def test_a_command_finds_the_flag_then_the_environment_then_the_project(monkeypatch):
    assert probed().stdout == '[4, "[tool.qrt] in pyproject.toml"]\n'
    monkeypatch.setenv("QRT_SHOTS", "3")
    assert probed().stdout == '[3, "QRT_SHOTS"]\n'
    assert probed("--shots", "9").stdout == '[9, "--shots"]\n'


def test_with_v_every_setting_says_where_it_comes_from(here):
    assert probed("-v").stderr == "max-time: 2.0 ([tool.qrt] in pyproject.toml)\n"
    assert probed().stderr == ""


def test_a_project_is_found_from_below(shown, project, here, monkeypatch):
    project("shots = 2")
    (here / "inputs").mkdir()
    monkeypatch.chdir(here / "inputs")
    assert shown(NAME)[0] == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("shots = 0", "0 is not in the range x>=1."),
        ("shots = 3.5", "'3.5' is not a valid integer range."),
        ("shots = true", "True is no plain value."),
        ("shots = [1]", "[1] is no plain value."),
        ("isolation = 'storng'", "'storng' is not one of"),
        ("backend = {}", "{} is no plain value."),
    ],
)
def test_a_value_that_a_setting_can_not_have_is_named_with_its_file(
    qrt, project, line, said
):
    project(line)
    told = qrt("config", "show", "--json", code=2)
    error = json_forms.check_error(told.json)
    assert error["code"] == "usage"
    name = line.split(" ", maxsplit=1)[0]
    assert error["findings"][0]["path"] == f"[tool.qrt] in pyproject.toml: {name}"
    assert said in error["findings"][0]["message"]


def test_a_variable_that_can_not_be_used_is_named(qrt, monkeypatch):
    monkeypatch.setenv("QRT_SEED", "-1")
    told = qrt("config", "show", code=2)
    assert told.stderr.splitlines()[0] == (
        "error: Invalid value for '--seed' (env var: 'QRT_SEED'): -1 is not in the "
        "range x>=0."
    )


def test_a_misspelt_setting_is_told_once_with_the_meant_one(qrt, project, user_file):
    project("shot = 5\n[tool.qrt.template]\nname = 'variational'")
    user_file("qqq = 1")
    told = qrt("config", "show")
    assert told.stderr.startswith(
        "warning: [tool.qrt] in pyproject.toml: 'shot' is not a setting. "
        "Did you mean 'shots'?\nwarning: "
    )
    assert told.stderr.endswith("'qqq' is not a setting. It has no effect.\n")


def test_a_misspelt_setting_is_not_told_twice(here):
    @click.command()
    def twice():
        for _ in range(2):
            _settings.layers({"shot": 1}, Output())

    from click.testing import CliRunner

    assert CliRunner().invoke(twice).stderr.count("'shot'") == 1


@pytest.mark.parametrize("content", [b"shots = ", b"\xff"])
def test_a_user_file_that_is_no_toml_is_named(qrt, tmp_path, content):
    path = tmp_path / "config/config.toml"
    path.parent.mkdir()
    path.write_bytes(content)
    told = qrt("config", "show", code=1)
    assert told.stderr.startswith(f"error: {path} is not TOML: ")
    assert "hint: Mend or remove the file.\n" in told.stderr


def test_a_broken_pyproject_is_no_reason_to_use_another_service(qrt, here):
    (here / "program.json").write_text("{}")
    (here / "pyproject.toml").write_text("[tool.qrt")
    told = qrt("jobs", code=3)
    assert "pyproject.toml: can not be read" in told.stderr


def test_settings_are_a_table_and_the_token_is_not_in_it(qrt, monkeypatch):
    monkeypatch.setenv("QRT_TOKEN", "qrt_planted")
    monkeypatch.setenv("QRT_URL", "http://127.0.0.1:9")
    told = qrt("config", "show", "--origin")
    lines = [line.split(maxsplit=2) for line in told.stdout.splitlines()]
    assert ["token", "(set)", "QRT_TOKEN"] in lines
    assert ["url", "http://127.0.0.1:9", "QRT_URL"] in lines
    assert ["profile", "-", "QRT_URL"] in lines
    assert "qrt_planted" not in told.stdout + told.stderr
    plain = qrt("config", "show").stdout
    assert plain.splitlines()[0].split() == ["SETTING", "VALUE"]


def test_every_place_is_named_beside_what_it_says(
    qrt, project, user_file, monkeypatch, tmp_path
):
    project("shots = 7\nseed = 1")
    user_file("isolation = 'none'\nseed = 2")
    monkeypatch.setenv("QRT_BACKEND", "fake_manila")
    told = qrt("config", "show", "--origin", "--plot", "energy", "--seed", "3")
    rows = [line.split(maxsplit=2) for line in told.stdout.splitlines()]
    assert {row[0]: tuple(row[1:]) for row in rows} == {
        "SETTING": ("VALUE", "ORIGIN"),
        "backend": ("fake_manila", "QRT_BACKEND"),
        "shots": ("7", "[tool.qrt] in pyproject.toml"),
        "seed": ("3", "--seed"),
        "max-time": ("-", "default"),
        "isolation": ("none", str(tmp_path / "config/config.toml")),
        "plot": ("energy", "--plot"),
        "profile": ("local", "default"),
        "url": ("-", "default"),
        "token": ("-", "default"),
        "target": ("-", "default"),
        "data-dir": (str(tmp_path / "data"), "QRT_DATA_DIR"),
        "config-dir": (str(tmp_path / "config"), "QRT_CONFIG_DIR"),
    }


@pytest.mark.parametrize("target", [None, "qiskit-serverless"])
def test_a_stored_service_or_gateway_has_a_token_that_is_not_shown(
    qrt, tmp_path, target
):
    (tmp_path / "config").mkdir()
    stored = profiles.Profile(
        name="lab", url="http://lab", token=Secret("planted"), target=target
    )
    profiles.save(tmp_path / "config", stored)
    found = qrt("config", "show", "--json", "--profile", "lab").json["settings"]
    assert (found["profile"]["value"], found["profile"]["origin"]) == (
        "lab", "--profile",
    )  # fmt: skip
    assert found["url"]["value"] == "http://lab"
    assert (found["token"]["value"], found["token"]["origin"]) == (
        "(set)", "the stored service",
    )  # fmt: skip


def test_folders_without_variables_are_the_systems(qrt, monkeypatch, private_home):
    monkeypatch.delenv("QRT_CONFIG_DIR")
    monkeypatch.delenv("QRT_DATA_DIR")
    found = qrt("config", "show", "--json").json["settings"]
    assert found["config-dir"]["value"].startswith(str(private_home))
    assert found["data-dir"]["origin"] == "default"
