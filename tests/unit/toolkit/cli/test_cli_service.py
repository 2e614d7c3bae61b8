"""Which service a command talks to, and with which token."""

import click
import pytest

from program_runtime.client import local, profiles
from program_runtime.client.secret import Secret
from toolkit.cli import _service
from toolkit.cli._output import Output, speaks


@pytest.fixture
def stored(tmp_path, here):
    """Store profiles; the last one is the default."""

    def store(*names):
        for name in names:
            profile = profiles.Profile(
                name=name, url=f"http://{name}:1", token=Secret(f"token-of-{name}")
            )
            profiles.save(tmp_path / "config", profile, make_current=True)

    return store


@pytest.fixture
def connected(monkeypatch, here):
    """Connect as a command does; returns where to, with what, and what was said."""
    started = []

    def ensure(data_dir, *, on_start):
        on_start(data_dir)
        started.append(data_dir)
        return profiles.Profile(
            name="local", url="http://127.0.0.1:7", token=Secret("owner")
        )

    monkeypatch.setattr(local, "ensure_local_service", ensure)

    def connect(*words):
        reached = []

        @click.command()
        @_service.option
        @speaks
        def probe(*, out):
            api = _service.connect(out, connect.project)
            header = api.transport.stream_target("/")[1]["Authorization"]
            reached.append((api.url, header.removeprefix("Bearer ")))

        probe.main(list(words), standalone_mode=False)
        return reached[0]

    connect.started, connect.project = started, None
    return connect


def test_without_any_word_the_local_service_is_started(connected, tmp_path, capsys):
    assert connected() == ("http://127.0.0.1:7", "owner")
    assert connected.started == [tmp_path / "data"]
    assert capsys.readouterr().err == f"starting a service on {tmp_path / 'data'}\n"


def test_the_last_login_is_the_default(connected, stored, capsys):
    stored("lab", "cloud")
    assert connected("-v") == ("http://cloud:1", "token-of-cloud")
    assert capsys.readouterr().err == (
        "service: cloud (the default of `qrt profiles`)\n"
    )


def test_the_project_goes_before_the_last_login(connected, stored, here):
    stored("lab", "cloud")
    (here / "program.json").write_text("{}")
    (here / "pyproject.toml").write_text("[tool.qrt]\nprofile = 'lab'")
    assert connected() == ("http://lab:1", "token-of-lab")


def test_a_project_that_is_given_stands_for_the_one_around(connected, stored):
    stored("lab", "cloud")
    connected.project = {"profile": "lab"}
    assert connected() == ("http://lab:1", "token-of-lab")


def test_the_environment_goes_before_the_project(connected, stored, monkeypatch):
    stored("lab", "cloud")
    monkeypatch.setenv("QRT_PROFILE", "lab")
    assert connected() == ("http://lab:1", "token-of-lab")
    monkeypatch.setenv("QRT_TOKEN", "another")
    assert connected() == ("http://lab:1", "another")
    monkeypatch.setenv("QRT_URL", "http://given:1")
    assert connected() == ("http://given:1", "another")


def test_the_flag_goes_before_all_with_its_own_token(connected, stored, monkeypatch):
    stored("lab", "cloud")
    monkeypatch.setenv("QRT_URL", "http://given:1")
    monkeypatch.setenv("QRT_TOKEN", "another")
    assert connected("--profile", "lab") == ("http://lab:1", "token-of-lab")
    assert connected("--profile", "local") == ("http://127.0.0.1:7", "owner")


def test_a_token_of_the_environment_is_used_on_this_machine_too(connected, monkeypatch):
    monkeypatch.setenv("QRT_TOKEN", "mine")
    assert connected() == ("http://127.0.0.1:7", "mine")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("lba", "Did you mean 'lab'?"),
        ("qqq", "`qrt profiles` lists the stored services, `qrt login URL` adds one."),
    ],
)
def test_a_profile_that_is_not_stored_is_named(qrt, stored, name, hint):
    stored("lab")
    told = qrt("jobs", "--profile", name, code=5)
    assert told.stderr == (
        f"error: No stored service is named {name!r}.\nhint: {hint}\n"
    )


def test_the_choice_has_a_name_to_be_called_by(here, monkeypatch):
    from toolkit.cli._settings import Setting

    monkeypatch.setenv("QRT_URL", "http://given:1")
    choice = _service.choose(Setting(value=None, origin="default"))
    assert choice.name == "http://given:1"
    assert Output().quiet is False
