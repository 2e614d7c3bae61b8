"""What ``qrt doctor --fix`` mends, what it only says, and that nothing is lost."""

import json
import os
import stat
import subprocess
import sys

import pytest

from program_runtime.client import profiles
from program_runtime.client.secret import Secret
from toolkit.doctor import (
    Situation,
    State,
    files,
    leftovers,
    stored_services,
    variables,
)


@pytest.fixture
def situation(tmp_path):
    def make(**fields):
        for name in ("data", "config"):
            (tmp_path / name).mkdir(mode=0o700, exist_ok=True)
        places = {"data_dir": tmp_path / "data", "config_dir": tmp_path / "config"}
        return Situation(**{**places, "way": None, **fields})

    return make


def test_folders_that_are_missing_are_made_for_their_owner_alone(tmp_path):
    where = {"data_dir": tmp_path / "a" / "data", "config_dir": tmp_path / "config"}
    found = list(files.check(Situation(**where, way=None, fix=True)))
    assert [(f.message, f.fixed) for f in found] == [
        (f"{folder}, made for you alone", True) for folder in where.values()
    ]
    assert [stat.S_IMODE(d.stat().st_mode) for d in where.values()] == [0o700] * 2


def test_a_folder_that_can_not_be_made_is_a_problem(tmp_path):
    (tmp_path / "file").touch()
    where = {"data_dir": tmp_path / "file" / "data", "config_dir": tmp_path}
    found = next(files.check(Situation(**where, way=None, fix=True)))
    assert found.state is State.PROBLEM
    assert found.message.endswith("can not be made: Not a directory")


def test_a_file_of_services_that_can_not_be_read_is_set_aside_and_kept(situation):
    folder = situation().config_dir
    path = folder / "profiles.json"
    for number, text in enumerate(("{broken", "[]")):
        path.write_text(text)
        [found] = stored_services.check(folder, fix=False)
        assert found.message == f"The profiles in {path} can not be read."
        assert found.hint.startswith("`qrt doctor --fix` sets it aside;")
        [mended] = stored_services.check(folder, fix=True)
        aside = folder / ("profiles.damaged" + ("", "-2")[number])
        assert mended.message == f"{path} could not be read; it is {aside.name} now"
        assert mended.fixed
        assert aside.read_text() == text
        assert profiles.load(folder) == {}


def test_stored_services_name_what_is_gone(situation):
    folder = situation().config_dir
    gone = folder / "gone"
    common = {"url": "https://lab", "token": Secret("planted")}
    profiles.save(folder, profiles.Profile(name="lab", verify=gone, **common))
    profiles.save(folder, profiles.Profile(name="old", data_dir=gone, **common))
    found = list(stored_services.check(folder, fix=True))
    assert [(f.state, f.message, f.hint) for f in found] == [
        (
            State.PROBLEM,
            f"lab trusts {gone}, which does not exist",
            "`qrt login https://lab --name lab --verify FILE`",
        ),
        (
            State.WARNING,
            f"old is of {gone}, which does not exist",
            "`qrt logout old` forgets it.",
        ),
    ]
    assert set(profiles.load(folder)) == {"lab", "old"}


def test_the_address_of_a_killed_service_is_removed(situation):
    ended = subprocess.Popen([sys.executable, "-S", "-c", ""])
    ended.wait()
    state = situation().data_dir / "service.json"
    state.write_text(json.dumps({"pid": ended.pid, "url": "http://127.0.0.1:9"}))
    [found] = leftovers.check(situation())
    assert found.state is State.WARNING
    assert found.message == (
        f"{state} tells of a service that was killed (process {ended.pid})"
    )
    assert found.hint == "`qrt doctor --fix` removes it."
    [mended] = leftovers.check(situation(fix=True))
    assert mended.fixed
    assert not state.exists()


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"pid": "1"}', '{"pid": -1}', "own", '{"pid": 1}']
)
def test_an_address_that_may_be_that_of_a_service_stays(situation, text):
    state = situation().data_dir / "service.json"
    state.write_text(json.dumps({"pid": os.getpid()}) if text == "own" else text)
    assert list(leftovers.check(situation(fix=True))) == []
    assert state.exists()


def test_half_written_files_are_removed_once_they_are_old(situation):
    fresh, old = (situation().config_dir / f".profiles-{name}" for name in "ab")
    for path in (fresh, old):
        path.touch()
    os.utime(old, (0, 0))
    [found] = leftovers.check(situation())
    assert found.message == f"{old} was not written to its end, and may hold tokens"
    [mended] = leftovers.check(situation(fix=True))
    assert mended.fixed
    assert (fresh.exists(), old.exists()) == (True, False)


def test_what_can_not_be_removed_is_a_problem(situation, monkeypatch):
    old = situation().config_dir / ".profiles-a"
    old.touch()
    os.utime(old, (0, 0))

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.unlink", refuse)
    [found] = leftovers.check(situation(fix=True))
    assert found.state is State.PROBLEM
    assert found.message.endswith("; it can not be removed: Permission denied")


def test_misspelt_variables_are_told_with_the_one_that_was_meant(situation):
    names = ("QRT_BACKND", "QRT_WHATEVER_ELSE", "QRT_SHOTS", "QRT_PORT", "HOME")
    known = ("QRT_BACKEND", "QRT_SHOTS")
    found = list(variables.check(situation(variables=names, known_variables=known)))
    assert [(f.state, f.message) for f in found] == [
        (State.WARNING, "QRT_BACKND is set, and nothing reads it"),
        (State.WARNING, "QRT_WHATEVER_ELSE is set, and nothing reads it"),
    ]
    assert found[0].hint == "Did you mean 'QRT_BACKEND'?"
    assert found[1].hint == "docs/commands.md has all."
