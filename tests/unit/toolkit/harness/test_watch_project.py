"""Which files of a project were saved."""

import os

import pytest

from toolkit.harness import watch
from toolkit.harness.watch import Watch


@pytest.fixture
def root(make_project, monkeypatch):
    # What is being written has settled at once: nobody else writes here.
    monkeypatch.setattr(watch.time, "sleep", lambda _: None)
    return make_project(files={"lib/tools.py": "one = 1\n", ".qrtignore": "notes/\n"})


def test_a_save_is_told_once(root):
    seen = Watch(root)
    assert seen.saved() == []
    (root / "program.py").write_text("changed = True\n")
    assert seen.saved() == ["program.py"]
    assert seen.saved() == []


@pytest.mark.parametrize(
    "name", ["lib/tools.py", "program.json", "pyproject.toml", "inputs/short.json"]
)
def test_every_file_that_a_run_depends_on_is_watched(root, name):
    seen = Watch(root)
    (root / name).write_text("changed")
    assert seen.saved() == [name]


@pytest.mark.parametrize(
    "name",
    ["tests/test_program.py", "notes/today.md", "__pycache__/x.pyc", ".git/HEAD"],
)
def test_what_is_not_in_the_bundle_is_nobodys_business(root, name):
    seen = Watch(root)
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("changed")
    assert seen.saved() == []


def test_an_editor_that_puts_a_new_file_in_place_has_saved(root):
    seen = Watch(root)
    before = (root / "program.py").stat()
    (root / "program.py~").write_text((root / "program.py").read_text())
    os.utime(root / "program.py~", ns=(before.st_atime_ns, before.st_mtime_ns))
    (root / "program.py~").replace(root / "program.py")
    assert seen.saved() == ["program.py"]


def test_new_files_and_lost_ones_are_told(root):
    seen = Watch(root)
    (root / "extra").mkdir()
    (root / "extra/more.py").write_text("")
    (root / "inputs/long.json").write_text("{}")
    (root / "lib/tools.py").unlink()
    assert seen.saved() == ["extra/more.py", "inputs/long.json", "lib/tools.py"]
    (root / "extra/more.py").write_text("now = 1\n")
    assert seen.saved() == ["extra/more.py"]


def test_files_that_lie_elsewhere_are_watched_on_request(root, tmp_path):
    inputs = tmp_path / "mine.json"
    seen = Watch(root, [inputs])
    inputs.write_text("{}")
    assert seen.saved() == [str(inputs)]


def test_what_a_run_writes_is_no_save(root):
    result = root / "result.json"
    seen = Watch(root, written=[result])
    result.write_text("1")
    assert seen.saved() == []
    result.write_text("2")
    assert seen.saved() == []


def test_a_project_may_come_later(tmp_path, root):
    later = tmp_path / "later"
    seen = Watch(later)
    assert seen.saved() == []
    root.rename(later)
    assert {"program.py", "inputs/short.json"} <= set(seen.saved())


def test_a_file_that_is_being_written_is_waited_for(root, monkeypatch):
    seen = Watch(root)
    rest = iter(["half", "half a word"])

    def write_more(_):
        text = next(rest, None)
        if text is not None:
            (root / "program.py").write_text(text)

    monkeypatch.setattr(watch.time, "sleep", write_more)
    (root / "program.py").write_text("")
    assert seen.saved() == ["program.py"]
    assert next(rest, None) is None
    assert seen.saved() == []


def test_waiting_ends_with_the_save(root, monkeypatch):
    seen = Watch(root)
    naps = []

    def nap(length_s):
        naps.append(length_s)
        if len(naps) == 3:
            (root / "program.py").write_text("changed")

    monkeypatch.setattr(watch.time, "sleep", nap)
    assert seen.wait() == ["program.py"]
