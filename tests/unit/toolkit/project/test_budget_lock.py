"""budget.lock: what was measured, and for which program."""

import json

import pytest

from toolkit.errors import BudgetError
from toolkit.project.budget_lock import (
    LOCK,
    Lock,
    digest_of,
    read_lock,
    write_lock,
)

MEASURED = Lock(
    program="sha256:00",
    backend="fake_torino",
    sample="h2",
    counts={"circuits": 3, "qpu_s": None},
    missing="no durations",
)


def test_what_is_written_is_read_again(tmp_path):
    write_lock(tmp_path, MEASURED)

    assert read_lock(tmp_path) == MEASURED


def test_without_a_file_nothing_was_measured(tmp_path):
    assert read_lock(tmp_path) is None


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"form": 2}', '{"form": 1, "program": "x"}', "[" * 100_000],
    ids=["no JSON", "list", "later form", "incomplete", "deep"],
)
def test_a_file_that_is_none_says_how_to_renew_it(tmp_path, text):
    (tmp_path / LOCK).write_text(text)
    with pytest.raises(BudgetError, match=r"budget\.lock can not be read") as caught:
        read_lock(tmp_path)

    assert caught.value.hint == "Renew it: qrt budget"


def test_counts_that_are_no_object_are_refused(tmp_path):
    write_lock(tmp_path, MEASURED)
    found = json.loads((tmp_path / LOCK).read_text())
    (tmp_path / LOCK).write_text(json.dumps({**found, "counts": [1]}))
    with pytest.raises(BudgetError, match="its counts are no object"):
        read_lock(tmp_path)


@pytest.fixture
def files(tmp_path):
    found = {}
    for name in ("program.py", "program.json", "README.md", "data.json"):
        found[name] = tmp_path / name
        found[name].write_text(name)
    return found


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("program.py", True),
        ("data.json", True),
        ("program.json", False),
        ("README.md", False),
    ],
)
def test_the_digest_changes_with_all_that_can_change_the_numbers(files, name, matters):
    before = digest_of(files, {}, None)
    files[name].write_text("changed")

    assert (digest_of(files, {}, None) != before) is matters


def test_the_digest_changes_with_defaults_and_sample_inputs(files):
    plain = digest_of(files, {}, None)
    sampled = digest_of(files, {}, files["data.json"])

    assert len({plain, sampled, digest_of(files, {"default": 1}, None)}) == 3
