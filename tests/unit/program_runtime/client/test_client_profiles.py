import json
import pickle
import stat

import pytest

from program_runtime import errors
from program_runtime.client import profiles
from program_runtime.client.profiles import Profile
from program_runtime.client.secret import Secret


def profile(name="lab", **changes):
    fields = {"url": "https://lab.example", "token": Secret("qrt_planted"), **changes}
    return Profile(name=name, **fields)


def test_a_saved_profile_is_loaded_again(tmp_path):
    saved = profile(data_dir=tmp_path / "data")
    profiles.save(tmp_path / "config", saved)
    assert profiles.load(tmp_path / "config") == {"lab": saved}


def test_no_file_means_no_profiles(tmp_path):
    assert profiles.load(tmp_path / "missing") == {}
    assert profiles.current(tmp_path / "missing") is None
    assert profiles.delete(tmp_path / "missing", "lab") is False


def test_the_file_is_for_its_owner_only(tmp_path):
    path = profiles.save(tmp_path / "config", profile())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_profile_replaces_one_of_the_same_name_and_keeps_the_others(tmp_path):
    profiles.save(tmp_path, profile("other"))
    profiles.save(tmp_path, profile())
    profiles.save(tmp_path, profile(url="http://new"))
    loaded = profiles.load(tmp_path)
    assert {name: entry.url for name, entry in loaded.items()} == {
        "other": "https://lab.example",
        "lab": "http://new",
    }


def test_the_current_profile_is_the_one_chosen_until_it_is_deleted(tmp_path):
    profiles.save(tmp_path, profile(), make_current=True)
    profiles.save(tmp_path, profile("other"))
    assert profiles.current(tmp_path) == "lab"
    assert profiles.delete(tmp_path, "lab") is True
    assert profiles.current(tmp_path) is None
    assert profiles.delete(tmp_path, "lab") is False
    assert list(profiles.load(tmp_path)) == ["other"]


@pytest.mark.parametrize(
    "text",
    [
        '{"profiles": {"lab": {"token": "qrt_planted"',
        "[]",
        '{"profiles": 3}',
        '{"profiles": {"lab": 3}}',
        '{"profiles": {"lab": {"url": "x"}}}',
    ],
)
def test_a_damaged_file_is_named_and_its_content_is_not_shown(tmp_path, text):
    (tmp_path / "profiles.json").write_text(text)
    with pytest.raises(errors.InvalidValueError) as caught:
        profiles.load(tmp_path)
    assert str(caught.value) == (
        f"The profiles in {tmp_path}/profiles.json can not be read. "
        "Mend the file, or delete it and run `qrt login` again."
    )


def test_deleting_another_profile_keeps_the_current_one(tmp_path):
    profiles.save(tmp_path, profile(), make_current=True)
    profiles.save(tmp_path, profile("other"))
    assert profiles.delete(tmp_path, "other") is True
    assert profiles.current(tmp_path) == "lab"


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    profiles.save(tmp_path, profile())
    before = json.loads((tmp_path / "profiles.json").read_text())

    def refuse(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", refuse)
    with pytest.raises(OSError, match="No space left"):
        profiles.save(tmp_path, profile("other"))
    assert json.loads((tmp_path / "profiles.json").read_text()) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "profiles.json",
        "profiles.lock",
    ]


def test_a_secret_shows_itself_nowhere_but_on_demand():
    secret = Secret("qrt_planted")
    shown = f"{secret} {secret!r} {[secret]} {profile(token=secret)}"
    assert "qrt_planted" not in shown
    assert str(secret) == "********"
    assert secret.reveal() == "qrt_planted"


def test_secrets_compare_by_text():
    assert Secret("a") == Secret(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")
    assert Secret("a")


def test_a_secret_is_never_pickled():
    with pytest.raises(TypeError, match="A Secret is not pickled"):
        pickle.dumps(Secret("qrt_planted"))
