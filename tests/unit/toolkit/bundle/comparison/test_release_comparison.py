"""Two releases side by side: files, requirements, budget, and the version."""

import pytest

from program_runtime.environments import Lock, Pin
from program_runtime.metadata import parse_metadata
from toolkit.bundle.comparison import (
    Bump,
    ReleaseContent,
    compare_files,
    compare_releases,
    is_enough,
    next_version,
)


@pytest.mark.parametrize(
    ("old", "bump", "enough", "too_low"),
    [
        ("1.2.3", Bump.MAJOR, ["2.0.0", "3.1.0", "2.0.0-rc.1"], ["1.3.0", "1.2.4"]),
        ("1.2.3", Bump.MINOR, ["1.3.0", "2.0.0"], ["1.2.4"]),
        ("1.2.3", Bump.PATCH, ["1.2.4", "1.2.4-rc.1"], ["1.2.3"]),
        ("0.2.3", Bump.MAJOR, ["0.3.0", "1.0.0"], ["0.2.4"]),
        ("0.2.3", Bump.MINOR, ["0.2.4", "0.3.0"], ["0.2.3"]),
        ("0.0.3", Bump.MAJOR, ["0.1.0"], ["0.0.4"]),
        ("2.0.0-rc.1", Bump.MAJOR, ["2.0.0-rc.2", "2.0.0", "2.0.1"], ["1.9.0"]),
        ("1.0.0+build.5", Bump.PATCH, ["1.0.1"], ["1.0.0"]),
    ],
)
def test_how_far_a_version_must_be_raised(old, bump, enough, too_low):
    assert [v for v in (*enough, *too_low) if is_enough(old, v, bump)] == enough


@pytest.mark.parametrize(
    ("old", "bump", "taken", "expected"),
    [
        ("1.2.9", Bump.PATCH, [], "1.2.10"),
        ("1.2.3", Bump.MINOR, ["1.3.0", "1.3.1"], "1.3.2"),
        ("1.2.3", Bump.MAJOR, [], "2.0.0"),
        ("0.2.3", Bump.MAJOR, [], "0.3.0"),
        ("2.0.0-rc.1", Bump.PATCH, [], "2.0.0"),
        ("odd", Bump.PATCH, [], "0.0.0"),
    ],
)
def test_the_next_version_is_far_enough_and_free(old, bump, taken, expected):
    assert next_version(old, bump, taken=taken) == expected


def test_files_are_compared_line_by_line():
    old = {"a.py": b"one\ntwo\nthree\n", "gone.txt": b"x\n", "same": b"="}
    new = {"a.py": b"one\n2\nthree\n", "new.txt": b"y\n", "same": b"="}
    changed, gone, came = compare_files(old, new)
    assert changed.diff == (
        *("--- a/a.py", "+++ b/a.py", "@@ -1,4 +1,4 @@", " one", "-two", "+2"),
        *(" three", " "),
    )
    assert (changed.added, changed.removed) == (1, 1)
    assert (gone.change, gone.diff[:2]) == (
        "removed",
        ("--- a/gone.txt", "+++ /dev/null"),
    )
    assert (came.change, came.diff[:2]) == ("added", ("--- /dev/null", "+++ b/new.txt"))


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        (b"\0", b"\0\0", "no text: 1 bytes -> 2 bytes"),
        (b"a", b"\xff", "no text: 1 bytes -> 1 bytes"),
        (
            b"a" * 300_000,
            b"b",
            "too long to be shown: 300,000 bytes -> 1 bytes",
        ),
        (b"\n" * 6000, b"a\n" * 6000, "too long to be shown: 6,000 bytes -> 12,000 bytes"),
    ],
)  # fmt: skip
def test_what_is_no_text_or_too_long_is_told_by_its_size(before, after, note):
    (change,) = compare_files({"f": before}, {"f": after})
    assert (change.diff, change.note) == ((), note)


def test_other_line_ends_are_a_difference():
    (change,) = compare_files({"f": b"a\nb\n"}, {"f": b"a\r\nb\n"})
    assert change.diff[3:5] == ("-a", "+a\r")
    (change,) = compare_files({"f": b"a"}, {"f": b"a\n"})
    assert change.diff[-1] == "+"


def test_differences_without_end_are_cut():
    old = {f"{n:02}": b"" for n in range(30)}
    new = dict.fromkeys(old, b"line\n" * 1000)
    changes = compare_files(old, new)
    assert changes[0].note is None
    assert changes[-1].note == (
        "not shown: the differences of other files fill the space"
    )


def content(files=None, **fields):
    document = {"name": "x", "version": "1.0.0", **fields}
    return ReleaseContent(metadata=parse_metadata(document), files=files)


def lock(**versions):
    pins = tuple(
        Pin(name=name, version=version, hashes=("sha256:" + "0" * 64,))
        for name, version in versions.items()
    )
    return Lock(python="3.11", platform="x86_64-manylinux_2_28", pins=pins).text()


def project(*requirements):
    return f"[project]\nname = 'x'\ndependencies = {list(requirements)}\n".encode()


def required(old, new):
    found = compare_releases(content(files=old), content(files=new)).requirements
    return [(each.name, each.old, each.new) for each in found]


def test_requirements_are_compared_as_declared_and_as_locked():
    old = {
        "pyproject.toml": project("Six >= 1.16", "numpy"),
        "requirements.lock": lock(six="1.16.0").encode(),
    }
    new = {
        "pyproject.toml": project("six>=1.17", "numpy", "rich"),
        "requirements.lock": lock(six="1.17.0", attrs="25.1.0").encode(),
    }
    assert required(old, new) == [
        ("attrs", None, "locked 25.1.0"),
        ("rich", None, "any version"),
        ("six", ">= 1.16, locked 1.16.0", ">=1.17, locked 1.17.0"),
    ]
    assert required(new, new) == []


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"pyproject.toml": b"= no toml"},
        {"pyproject.toml": b"\xff"},
        {"pyproject.toml": b"[project]\ndependencies = 5\n"},
        {"requirements.lock": b"--index-url http://example.org\n"},
    ],
)
def test_what_can_not_be_read_requires_nothing(files):
    assert required(files, {"pyproject.toml": project("six")}) == [
        ("six", None, "any version")
    ]


@pytest.mark.parametrize(
    ("old", "new", "bump"),
    [
        ({"shots": 1000}, {"shots": 2000}, Bump.MINOR),
        ({"shots": 1000}, {"circuits": 5}, Bump.MINOR),
        ({"shots": 1000}, {"shots": 500}, Bump.PATCH),
        ({"circuits": 1}, {"circuits": 1, "shots": 1}, Bump.PATCH),
    ],
)
def test_a_run_that_may_cost_more_calls_for_a_minor_version(old, new, bump):
    found = compare_releases(content(budget=old), content(budget=new))
    assert found.bump is bump
    assert {(c.name, c.old, c.new) for c in found.budget} == {
        (name, old.get(name), new.get(name))
        for name in {*old, *new}
        if old.get(name) != new.get(name)
    }


def test_releases_without_their_files_are_compared_by_their_metadata():
    known = content(files={"program.py": b""})
    unread = content(files=None, version="1.0.1", max_execution_time=5)
    found = compare_releases(known, unread)
    assert (found.files, found.requirements) == (None, None)
    assert (found.old_version, found.new_version) == ("1.0.0", "1.0.1")
    assert (found.bump, found.suffices) == (Bump.MAJOR, False)
