"""Which gateway a command means, and what it says when it can mean none."""

import pytest

from program_runtime.client import profiles
from program_runtime.client.secret import Secret
from toolkit.cli import _target

STORED = {"gw": "qiskit-serverless", "other": "qiskit-serverless", "lab": None}


class OpenedError(Exception):
    """The command has chosen."""


@pytest.fixture
def store(tmp_path, monkeypatch, here):
    """Store services by name; what is opened ends the command."""
    config = tmp_path / "config"
    config.mkdir()

    def save(*names):
        for name in names:
            url, token = f"http://{name}", Secret(f"token-of-{name}")
            target = STORED[name]
            profiles.save(
                config,
                profiles.Profile(name=name, url=url, token=token, target=target),
            )

    opened = []

    def open_gateway(profile):
        opened.append((profile.url, profile.token.reveal(), profile.instance))
        raise OpenedError

    monkeypatch.setattr(_target, "open_gateway", open_gateway)
    save.opened = opened
    return save


FOLLOW = ("follow", "job")
AT_GATEWAYS = ("--target", "qiskit-serverless")


def test_a_gateway_is_named_by_its_profile(qrt, store):
    store("gw", "other")
    qrt(*FOLLOW, "--profile", "other", code=70)
    assert store.opened == [("http://other", "token-of-other", None)]


def test_the_only_gateway_is_meant_by_the_target(qrt, store, here):
    store("gw", "lab")
    qrt(*FOLLOW, *AT_GATEWAYS, code=70)
    (here / "program.json").write_text("{}")
    (here / "pyproject.toml").write_text('[tool.qrt]\ntarget = "qiskit-serverless"\n')
    qrt(*FOLLOW, code=70)
    assert store.opened == [("http://gw", "token-of-gw", None)] * 2


def test_the_environment_names_a_gateway_without_any_profile(qrt, store, monkeypatch):
    names = {"URL": "http://ci", "TOKEN": "t", "INSTANCE": "crn:1"}
    for name, value in {**names, "TARGET": "qiskit-serverless"}.items():
        monkeypatch.setenv(f"QRT_{name}", value)
    qrt(*FOLLOW, code=70)
    assert store.opened == [("http://ci", "t", "crn:1")]


def test_the_environments_token_goes_before_the_stored_one_but_for_a_flag(
    qrt, store, monkeypatch
):
    store("gw")
    monkeypatch.setenv("QRT_TOKEN", "newer")
    qrt(*FOLLOW, *AT_GATEWAYS, code=70)
    qrt(*FOLLOW, "--profile", "gw", code=70)
    assert [token for _, token, _ in store.opened] == ["newer", "token-of-gw"]


@pytest.mark.parametrize(
    ("stored", "words", "code", "said"),
    [
        (
            ("lab",), AT_GATEWAYS, 5,
            "No gateway of Qiskit Serverless is stored.\nhint: `qrt login URL",
        ),
        (
            ("gw", "other"), AT_GATEWAYS, 2,
            "There are 2 gateways: gw, other.\nhint: Say which with --profile NAME.",
        ),
        (
            ("gw", "lab"), (*AT_GATEWAYS, "--profile", "lab"), 2,
            "The profile 'lab' is a service of ours, no gateway",
        ),
        (
            ("gw",), ("--target", "service", "--profile", "gw"), 2,
            "The profile 'gw' is a gateway of Qiskit Serverless, no service of ours.",
        ),
        (
            ("gw",), (*AT_GATEWAYS, "--profile", "gv"), 5,
            "No stored service is named 'gv'.\nhint: Did you mean 'gw'?",
        ),
    ],
    ids=["none", "several", "service", "contradiction", "misspelt"],
)  # fmt: skip
def test_what_can_not_be_meant_is_said(qrt, store, *, stored, words, code, said):
    store(*stored)
    assert said in qrt(*FOLLOW, *words, code=code).stderr
    assert store.opened == []


@pytest.mark.parametrize("words", ["jobs", "programs list", "stop job", "whoami"])
def test_commands_that_a_gateway_has_not_say_so(qrt, store, words):
    store("gw")
    told = qrt(*words.split(), "--profile", "gw", code=2)
    assert "The profile 'gw' is a gateway of Qiskit Serverless, which has no such" in (
        told.stderr
    )


@pytest.mark.parametrize("words", ["--upgrade", "--public", "--canary 1"])
def test_publishing_to_a_gateway_refuses_what_it_would_pass_over(
    qrt, make_project, monkeypatch, words
):
    monkeypatch.setattr(_target, "gateway", lambda *_: object())
    told = qrt("publish", str(make_project()), *words.split(), code=2)
    assert f"{words.split()[0]}: a gateway of Qiskit Serverless has no such" in (
        told.stderr
    )


def test_submitting_to_a_gateway_refuses_a_time_that_it_would_pass_over(
    qrt, here, monkeypatch
):
    monkeypatch.setattr(_target, "gateway", lambda *_: object())
    told = qrt("submit", "hello", "--max-time", "5", code=2)
    assert "--max-time: a gateway of Qiskit Serverless has no such" in told.stderr


def test_a_gateway_does_not_become_the_default(qrt, store, api):
    store("gw")
    assert qrt("jobs").stdout
