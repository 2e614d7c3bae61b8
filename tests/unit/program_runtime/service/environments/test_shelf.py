"""Environments on disk: whole or not there, and gone when nobody needs them."""

import pytest

from program_runtime.service.environments import Shelf

DAY_S = 24 * 3600.0


class Clock:
    def __init__(self):
        self.now = 1_000_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def shelf(tmp_path, clock):
    return Shelf(
        tmp_path / "environments", most_bytes=2500, unused_s=30 * DAY_S, clock=clock
    )


@pytest.fixture
def put(shelf):
    """Put an environment of about a thousand bytes on the shelf."""

    def put(name):
        with shelf.place() as place:
            content = place / "content"
            content.mkdir()
            (content / "module.py").write_bytes(b"#" * 1000)
            shelf.put(content, name)
        return shelf.find(name)

    return put


def test_what_was_put_is_found(shelf, put):
    assert shelf.find("a") is None
    folder = put("a")
    assert (folder / "module.py").stat().st_size == 1000
    assert shelf.find("a") == folder
    assert [path.name for path in shelf.root.iterdir()] == ["a"]


def test_a_build_that_fails_leaves_nothing(shelf):
    def fail():
        with shelf.place() as place:
            (place / "half").mkdir()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(shelf.root.iterdir()) == []


def test_what_a_killed_service_left_half_built_goes_at_the_next_start(shelf, put):
    put("whole")
    half = shelf.root / "building-abc"
    half.mkdir()
    (half / "content").mkdir()
    shelf.tidy()
    assert [path.name for path in shelf.root.iterdir()] == ["whole"]


def test_a_folder_without_its_last_file_is_not_found(shelf, put):
    (put("a") / "about.json").unlink()
    assert shelf.find("a") is None


def test_the_one_that_was_not_used_for_longest_makes_room(shelf, put, clock):
    for name in "abc":
        put(name)
        clock.now += DAY_S
    shelf.find("a")
    assert shelf.evict(used=()) == ["b"]
    assert shelf.find("a")
    assert shelf.find("c")


def test_what_is_used_now_stays_however_old(shelf, put, clock):
    put("a")
    put("b")
    clock.now += 31 * DAY_S
    assert shelf.evict(used=["a"]) == ["b"]


def test_what_was_just_found_stays_until_it_is_used(shelf, put, clock):
    for name in "abcd":
        put(name)
    assert shelf.evict(used=()) == []
    clock.now += 3600
    assert shelf.evict(used=()) == ["a", "b"]


def test_an_environment_whose_size_is_not_known_is_old(shelf, put):
    (put("a") / "about.json").write_text("{")
    assert shelf.evict(used=()) == ["a"]


def test_a_file_with_two_names_counts_once(shelf, tmp_path):
    from program_runtime.service.environments.occupied import occupied

    folder = tmp_path / "some"
    folder.mkdir()
    (folder / "one").write_bytes(b"1" * 100)
    (folder / "two").hardlink_to(folder / "one")
    (folder / "link").symlink_to("/etc")
    assert occupied(folder) == (100 + len("/etc"), 2)
    assert occupied(tmp_path / "none") == (0, 0)


def test_what_is_found_while_others_are_removed_stays(shelf, put, clock, monkeypatch):
    for name in "ab":
        put(name)
        clock.now += 1
    clock.now += 31 * DAY_S
    remove = shelf._remove

    def slowly(name):
        assert shelf.find("b")
        remove(name)

    monkeypatch.setattr(shelf, "_remove", slowly)
    assert shelf.evict(used=()) == ["a"]
    assert shelf.find("b")
