"""``qrt user``: the service is asked where one runs, else its database."""

import contextlib

import pytest
from unit.toolkit.cli import json_forms

from program_runtime.client import api as client_api
from program_runtime.client import local, profiles
from program_runtime.client.secret import Secret
from program_runtime.errors import ApiError
from program_runtime.service.domain import ConflictError, NotFoundError

URL = "http://127.0.0.1:8000"
TOKEN = "qrt_planted"


class Accounts:
    def __init__(self):
        self.done = []

    def add_user(self, name, role):
        self.done.append((name, role))
        return {"token": TOKEN}

    def users(self):
        return [
            {"name": "u_a", "role": "author", "active": False},
            {"name": "u_b", "role": "author", "active": True},
        ]

    def rotate_user(self, name):
        return {"token": TOKEN}

    def revoke_user(self, name):
        self.done.append(name)


REFUSALS = {
    "missing": [
        NotFoundError("there is no user u_p", kind="user"),
        ApiError("there is no user u_p", status=404, code="user_not_found"),
    ],
    "taken": [
        ConflictError("there is a user u_p already", reason="user_exists"),
        ApiError("there is a user u_p already", status=409, code="user_exists"),
    ],
    "other": [ApiError("This is your own account.", status=409, code="own_account")],
}


@pytest.fixture
def accounts(monkeypatch, here):
    """The database of a service that does not run."""
    from program_runtime.service import accounts as service_accounts

    fake = Accounts()

    @contextlib.contextmanager
    def opened(settings):
        fake.settings = settings
        yield fake

    monkeypatch.setattr(service_accounts, "open_accounts", opened)
    return fake


def test_users_are_managed_in_the_database_of_a_service_that_is_down(
    qrt, accounts, tmp_path
):
    told = qrt("user", "add", "u_a", "--role", "user", "--data-dir", tmp_path / "d")
    assert told.stdout == f"{TOKEN}\n"
    assert told.stderr == (
        "u_a (user): this token is shown once; only its hash is kept\n"
    )
    assert accounts.settings.data_dir == tmp_path / "d"
    assert qrt("user", "list").stdout == (
        "USER  ROLE    ACTIVE\nu_a   author  no\nu_b   author  yes\n"
    )
    assert qrt("user", "rotate", "u_a").stdout == f"{TOKEN}\n"
    assert qrt("user", "revoke", "u_a").stdout == "u_a\n"
    assert accounts.done == [("u_a", "user"), "u_a"]


@pytest.mark.parametrize(
    "words",
    [("add", "u_a"), ("list",), ("rotate", "u_a"), ("revoke", "u_a")],
)
def test_answers_about_users_have_their_forms(qrt, accounts, words):
    json_forms.check(f"user {words[0]}", qrt("user", *words, "--json").json)


@pytest.mark.parametrize(
    ("kind", "code", "message", "hint"),
    [
        ("missing", 5, "There is no active user 'u_p'.", "Did you mean 'u_b'?"),
        (
            "taken",
            6,
            "There is a user 'u_p' already.",
            "`qrt user rotate u_p` makes a new token.",
        ),
        ("other", 6, "This is your own account.", None),
    ],
)
def test_what_is_wrong_with_a_user_is_said_the_same_whoever_was_asked(
    *, qrt, accounts, monkeypatch, kind, code, message, hint
):
    for refusal in REFUSALS[kind]:

        def refuse(*_, error=refusal):
            raise error

        monkeypatch.setattr(accounts, "rotate_user", refuse)
        error = qrt("user", "rotate", "u_p", "--json", code=code).json["error"]
        assert (error["message"], error.get("hint")) == (message, hint)


def test_a_user_that_nobody_is_like_is_looked_for_in_the_list(
    qrt, accounts, monkeypatch
):
    def refuse(name):
        raise REFUSALS["missing"][0]

    monkeypatch.setattr(accounts, "revoke_user", refuse)
    told = qrt("user", "revoke", "zzz", code=5)
    assert told.stderr.endswith("hint: `qrt user list` lists them.\n")


@pytest.mark.parametrize("name", ["a b", "", "-x\x1b", "a" * 64])
def test_a_user_needs_a_name_that_the_service_takes(qrt, accounts, name):
    told = qrt("user", "add", "--", name, code=2)
    assert "is no name: letters, digits and . _ @ + - make one." in told.stderr
    assert accounts.done == []


def test_a_service_that_runs_is_asked_itself(qrt, monkeypatch, tmp_path):
    running = profiles.Profile(name="local", url=URL, token=Secret(TOKEN))
    monkeypatch.setattr(local, "find_local_service", lambda folder: running)
    fake = Accounts()
    monkeypatch.setattr(client_api, "ServiceApi", lambda url, token, verify: fake)
    qrt("user", "add", "u_a")
    assert fake.done == [("u_a", "author")]


def test_a_database_that_is_named_is_used_whatever_runs(qrt, accounts, monkeypatch):
    monkeypatch.setattr(local, "find_local_service", lambda folder: 1 / 0)
    qrt("user", "list", "--database-url", "sqlite://")
    assert accounts.settings.database_url == "sqlite://"
