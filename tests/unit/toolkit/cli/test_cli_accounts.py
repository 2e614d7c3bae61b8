"""Logging in and out, stored services, and starting one."""

import json
import sys

import click
import pytest
from unit.toolkit.cli import json_forms

from program_runtime.client import api as client_api
from program_runtime.client import profiles
from program_runtime.client.secret import Secret
from toolkit.cli import _hosting

URL = "http://127.0.0.1:8000"
TOKEN = "qrt_planted"


@pytest.fixture
def asked(monkeypatch):
    """Every service knows every token; remembers both."""
    seen = []

    class Api:
        def __init__(self, url, token, *, verify):
            seen.append((url, token))

        def whoami(self):
            return {"name": "u_a", "role": "author"}

    monkeypatch.setattr(client_api, "ServiceApi", Api)
    return seen


def stored(tmp_path):
    return profiles.load(tmp_path / "config")


def test_a_token_from_stdin_is_checked_and_stored(qrt, asked, tmp_path):
    told = qrt("login", URL, "--token-stdin", stdin=f"{TOKEN}\n")
    assert told.stdout == "127.0.0.1:8000\n"
    assert told.stderr == "you are u_a (author); stored as '127.0.0.1:8000'\n"
    assert asked == [(URL, TOKEN)]
    profile = stored(tmp_path)["127.0.0.1:8000"]
    assert (profile.url, profile.token.reveal()) == (URL, TOKEN)
    assert (tmp_path / "config/profiles.json").stat().st_mode & 0o777 == 0o600


def test_the_authority_of_a_service_is_stored_where_it_lies(qrt, asked, here, tmp_path):
    (here / "ca.pem").write_text("it is read when it is used")
    words = ("login", URL, "--token-stdin", "--verify", "ca.pem")
    qrt(*words, stdin=TOKEN)
    profile = stored(tmp_path)["127.0.0.1:8000"]
    assert profile.verify == here / "ca.pem"
    assert profile.trust == str(here / "ca.pem")
    told = qrt("login", URL, "--verify", "missing.pem", code=2)
    assert "missing.pem" in told.stderr


def test_stdin_goes_before_the_environment(qrt, asked, monkeypatch):
    monkeypatch.setenv("QRT_TOKEN", "of the environment")
    told = qrt("login", URL, "--json", "--name", "lab")
    assert json_forms.check("login", told.json)["profile"] == "lab"
    qrt("login", URL, "--token-stdin", stdin=TOKEN)
    assert [token for _, token in asked] == ["of the environment", TOKEN]


@pytest.mark.parametrize(
    ("words", "stdin", "said"),
    [
        ((URL,), TOKEN, "No token: use --token-stdin or QRT_TOKEN."),
        ((URL, "--token-stdin"), "\n", "The token is empty."),
        (("ftp://host",), "", "'ftp://host' is no http or https URL."),
        (("http://",), "", "'http://' is no http or https URL."),
        (("http://[::1",), "", "'http://[::1' is no http or https URL."),
        ((URL, "--name", "local"), "", "'local' is the service of this machine."),
        (("http://u_a:secret@host",), "", "a URL with a user or password"),
    ],
)
def test_a_login_that_can_not_be_is_refused(qrt, asked, words, stdin, said):
    told = qrt("login", *words, code=2, stdin=stdin)
    assert said in told.stderr
    assert "secret" not in told.stderr
    assert asked == []


def test_a_person_is_asked_for_the_token_without_an_echo(qrt, asked, monkeypatch):
    monkeypatch.setattr("toolkit.cli._output.Output.asks", True)
    questions = []

    def prompt(text, **options):
        questions.append((text, options["hide_input"], options["err"]))
        return f" {TOKEN} "

    monkeypatch.setattr(click, "prompt", prompt)
    qrt("login", URL)
    assert questions == [("Token", True, True)]
    assert asked == [(URL, TOKEN)]


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://lab.example", True),
        ("http://192.0.2.1", True),
        ("https://lab.example", False),
        ("http://localhost:1", False),
        ("http://[::1]:1", False),
    ],
)
def test_plain_http_to_other_machines_is_warned_of(qrt, asked, url, warned):
    told = qrt("login", url, "--token-stdin", stdin=TOKEN)
    assert ("warning: plain http" in told.stderr) == warned


def test_a_login_is_listed_and_forgotten(qrt, asked, tmp_path):
    assert qrt("profiles").stderr.startswith("no stored services; the local one")
    for name in ("lab", "cloud"):
        qrt("login", URL, "--token-stdin", "--name", name, stdin=TOKEN)
    told = qrt("profiles")
    assert told.stdout.splitlines() == [
        "   PROFILE  TARGET   URL",
        f"*  cloud    service  {URL}",
        f"   lab      service  {URL}",
    ]
    answer = json_forms.check("profiles", qrt("profiles", "--json").json)
    lab = {"name": "lab", "url": URL, "target": "service", "default": False}
    assert lab in answer["profiles"]
    forgotten = qrt("logout")
    assert forgotten.stdout == "cloud\n"
    assert "its token is still good until it is revoked" in forgotten.stderr
    assert json_forms.check("logout", qrt("logout", "lab", "--json").json)
    assert stored(tmp_path) == {}


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ((), "You are not logged in anywhere.", "`qrt profiles` lists"),
        (("lba",), "No stored service is named 'lba'.", "Did you mean 'lab'?"),
    ],
)
def test_what_is_not_stored_can_not_be_forgotten(
    *, qrt, tmp_path, here, words, message, hint
):
    lab = profiles.Profile(name="lab", url=URL, token=Secret(TOKEN))
    profiles.save(tmp_path / "config", lab)
    error = json_forms.check_error(qrt("logout", *words, "--json", code=5).json)
    assert (error["code"], error["message"]) == ("not_found", message)
    assert error["hint"].startswith(hint)


def test_without_the_extra_the_command_says_what_to_install(qrt, monkeypatch):
    monkeypatch.setitem(sys.modules, "pydantic", None)
    for words in (("serve",), ("user", "list")):
        told = qrt(*words, "--json", code=1)
        assert json_forms.check_error(told.json) == {
            "code": "error",
            "message": "The service needs pydantic, which is not installed.",
            "hint": "python -m pip install 'qiskit-program-toolkit[service]'",
        }


def test_settings_of_the_environment_that_can_not_be_are_all_named(qrt, monkeypatch):
    monkeypatch.setenv("QRT_LOG_BYTES", "many")
    monkeypatch.setenv("QRT_WALL_TIME_S", "-1")
    told = qrt("serve", code=2)
    lines = told.stderr.splitlines()
    assert lines[0] == "error: The service can not start with these settings:"
    assert lines[1].startswith("  QRT_WALL_TIME_S: '-1': ")
    assert lines[2].startswith("  QRT_LOG_BYTES: 'many': ")


def test_flags_of_serve_reach_the_service_and_its_line_is_the_answer(
    qrt, monkeypatch, tmp_path
):
    from program_runtime import service

    seen = []
    facts = {"url": URL, "pid": 1, "version": "0.1.0"}

    def serve(settings, *, announce):
        seen.append(settings)
        (tmp_path / "service.json").write_text(json.dumps(facts))
        announce("ready")

    monkeypatch.setattr(service, "serve", serve, raising=False)
    words = ("serve", "--port", 0, "--data-dir", tmp_path, "--workers", 3)
    assert qrt(*words).stdout == "ready\n"
    assert json_forms.check("serve", qrt(*words, "--json").json) == facts
    assert (seen[0].port, seen[0].workers, seen[0].host) == (0, 3, "127.0.0.1")


def test_none_leaves_a_setting_to_the_environment(here, monkeypatch):
    monkeypatch.setenv("QRT_WORKERS", "5")
    assert _hosting.settings({"workers": None, "port": 1}).workers == 5
