"""``toolkit.doctor`` about what is stored here, and about the user's service."""

import json
import os
import stat

import pytest

from program_runtime.client import local, profiles
from program_runtime.client.secret import Secret
from program_runtime.errors import (
    InvalidValueError,
    NotAuthorizedError,
    ServiceUnreachableError,
)
from program_runtime.service.versions import versions
from toolkit.doctor import Situation, State, Way, files, service

URL = "http://127.0.0.1:8000"


@pytest.fixture
def places(tmp_path):
    """A data directory and a configuration, as the service makes them."""
    for name in ("data", "data/tls", "config"):
        (tmp_path / name).mkdir(mode=0o700)
    for name in (
        "data/db.sqlite3",
        "data/db.sqlite3-wal",
        "data/owner.token",
        "data/service.json",
        "data/tls/ca.key",
        "config/profiles.json",
    ):
        (tmp_path / name).touch(mode=0o600)
    (tmp_path / "data/tls/ca.pem").touch(mode=0o644)
    (tmp_path / "config/config.toml").touch(mode=0o644)
    return tmp_path


def situation(folder, **fields):
    given = {"data_dir": folder / "data", "config_dir": folder / "config", "way": None}
    return Situation(**{**given, **fields})


# Files


def test_folders_as_the_service_makes_them_are_fine(places):
    found = list(files.check(situation(places)))
    assert [(each.name, each.state, each.message) for each in found] == [
        ("data directory", State.OK, f"{places}/data, yours alone"),
        ("config directory", State.OK, f"{places}/config, yours alone"),
    ]


def test_folders_that_are_not_there_yet_are_fine(tmp_path):
    found = list(files.check(situation(tmp_path)))
    assert [each.message for each in found] == [
        f"{tmp_path}/data, not made yet",
        f"{tmp_path}/config, not made yet",
    ]


LOOSE = {
    "data": (0o755, "read"),
    "data/db.sqlite3": (0o644, "read"),
    "data/db.sqlite3-wal": (0o640, "read"),
    "data/owner.token": (0o604, "read"),
    "data/service.json": (0o666, "change"),
    "data/tls/ca.key": (0o644, "read"),
    "config": (0o777, "change"),
    "config/profiles.json": (0o644, "read"),
    "config/config.toml": (0o664, "change"),
}


@pytest.mark.parametrize("name", LOOSE)
def test_what_others_may_read_or_change_is_a_problem_that_can_be_mended(places, name):
    mode, may = LOOSE[name]
    path = places / name
    path.chmod(mode)
    [found] = [f for f in files.check(situation(places)) if f.state is State.PROBLEM]
    wanted = "0700" if path.is_dir() else "0600"
    assert found.message == (
        f"{path} has the mode {mode:04o}: other users can {may} it"
    )
    assert found.hint == f"`qrt doctor --fix` makes it {wanted}."
    assert stat.S_IMODE(path.stat().st_mode) == mode
    [mended] = [f for f in files.check(situation(places, fix=True)) if f.fixed]
    assert mended.state is State.OK
    assert mended.message == f"{path} had the mode {mode:04o}, now it has {wanted}"
    assert f"{stat.S_IMODE(path.stat().st_mode):04o}" == wanted
    assert all(f.state is State.OK for f in files.check(situation(places)))


def test_a_folder_that_others_only_pass_through_is_fine(places):
    (places / "data").chmod(0o711)
    (places / "config").chmod(0o755)
    assert {f.state for f in files.check(situation(places))} == {State.OK}


def test_a_mode_that_can_not_be_mended_is_said(places, monkeypatch):
    (places / "data/owner.token").chmod(0o644)

    def refuse(*_, **__):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.chmod", refuse)
    found = next(iter(files.check(situation(places, fix=True))))
    assert found.state is State.PROBLEM
    assert found.message.endswith(
        "has the mode 0644, which can not be changed: Operation not permitted"
    )


def test_another_owner_is_a_warning_and_a_closed_folder_a_problem(places, monkeypatch):
    you = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: you + 1)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    found = list(files.check(situation(places)))
    warnings = [each for each in found if each.state is State.WARNING]
    assert warnings[0].message == (
        f"{places}/data belongs to user {you}, and you are user {you + 1}"
    )
    assert [each.message for each in found if each.state is State.PROBLEM] == [
        f"{places}/data can not be read and written by you",
        f"{places}/config can not be read and written by you",
    ]


# The service


class FakeApi:
    """A service that answers what it is told to, and knows who asked."""

    answers: dict = {}  # noqa: RUF012 - each test gives its own

    def __init__(self, url, token, *, verify):
        self.url, self.asked = url, (url, token, verify)
        if "url" in self.answers:
            raise self.answers["url"]
        FakeApi.last = self
        self.closed = False

    def _answer(self, name):
        found = self.answers[name]
        if isinstance(found, Exception):
            raise found
        return found

    def version(self):
        return self._answer("version")

    def whoami(self):
        return self._answer("whoami")

    def close(self):
        self.closed = True


@pytest.fixture
def answers(monkeypatch):
    """What the service answers; all is well."""
    given = {"version": versions(), "whoami": {"name": "u_a", "role": "author"}}
    monkeypatch.setattr(FakeApi, "answers", given)
    monkeypatch.setattr(service, "ServiceApi", FakeApi)
    return given


WAY = Way(name="lab", origin="--profile", url=URL, token=Secret("t"), trust="ca.pem")


def asked(folder, way=WAY):
    return {each.name: each for each in service.check(situation(folder, way=way))}


def test_a_service_that_knows_the_user_is_fine(places, answers):
    found = asked(places)
    assert {each.state for each in found.values()} == {State.OK}
    assert [(each.name, each.message) for each in found.values()] == [
        ("profile", "lab (--profile)"),
        ("service", f"{URL} answers"),
        ("versions", found["versions"].message),
        ("token", "you are u_a (author)"),
    ]
    assert found["versions"].message.startswith("service 0.1.0, Qiskit ")
    assert FakeApi.last.asked == (URL, WAY.token, "ca.pem")
    assert FakeApi.last.closed


def test_without_a_way_nothing_is_asked(places, answers):
    assert asked(places, way=None) == {}


def test_a_service_that_does_not_answer_is_a_problem(places, answers):
    answers["version"] = ServiceUnreachableError("It does not answer.", hint="Start.")
    found = asked(places)
    assert list(found) == ["profile", "service"]
    assert found["service"].state is State.PROBLEM
    assert (found["service"].message, found["service"].hint) == (
        "It does not answer.",
        "Start.",
    )
    assert FakeApi.last.closed


def test_something_else_that_answers_is_a_problem(places, answers):
    answers["version"] = ValueError("no JSON")
    found = asked(places)["service"]
    assert found.message == f"what answers at {URL} is no service of ours"
    assert found.hint == "Check the url: `qrt profiles`."


def test_an_address_that_is_none_is_a_problem(places, answers):
    answers["url"] = InvalidValueError("no url", hint="https://...")
    assert asked(places)["service"].message == "no url"


def test_a_token_that_is_refused_is_a_problem(places, answers):
    answers["whoami"] = NotAuthorizedError("The token is wrong.", hint="`qrt login`")
    found = asked(places)["token"]
    assert (found.state, found.message, found.hint) == (
        State.PROBLEM,
        "The token is wrong.",
        "`qrt login`",
    )
    answers["whoami"] = ValueError("no JSON")
    assert asked(places)["token"].message == "no JSON"


def test_an_interface_of_another_time_is_a_problem(places, answers):
    answers["version"] = {**versions(), "version": "9.0.0", "api": {"min": 2, "max": 3}}
    found = asked(places)["versions"]
    assert found.state is State.PROBLEM
    assert found.message.startswith(
        "the service speaks version 2 to 3 of its interface, this toolkit speaks 1 "
        "(service 9.0.0, Qiskit "
    )


@pytest.mark.parametrize(
    ("read", "state", "message"),
    [
        (1, State.PROBLEM, "it can get no circuit"),
        (14, State.WARNING, "circuits go there as 14, and what those can not hold"),
        (17, State.OK, "service "),
        (99, State.OK, "service "),
    ],
)
def test_a_service_with_an_older_qiskit_is_told_by_what_becomes_of_circuits(
    places, answers, read, state, message
):
    answers["version"] = {**versions(), "qpy": read}
    found = asked(places)["versions"]
    assert found.state is state
    assert message in found.message


LOCAL = Way(name="local", origin="default")


def test_the_service_of_this_machine_is_found_and_not_started(
    places, answers, monkeypatch
):
    (places / "data/service.json").unlink()
    found = asked(places, LOCAL)["service"]
    assert found.state is State.OK
    assert found.message.startswith("not running; it starts when a command needs it")
    running = profiles.Profile(name="local", url=URL, token=Secret("o"))
    monkeypatch.setattr(local, "find_local_service", lambda folder: running)
    assert asked(places, LOCAL)["token"].state is State.OK
    assert FakeApi.last.asked == (URL, running.token, True)


def test_a_service_of_this_machine_that_was_killed_is_a_warning(places, answers):
    (places / "data/service.json").write_text(json.dumps({"url": "http://[::1]:1"}))
    found = asked(places, LOCAL)["service"]
    assert found.state is State.WARNING
    assert found.message == f"the one of {places}/data does not answer, or was killed"
