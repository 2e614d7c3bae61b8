"""Three sides of a file, and what becomes of it."""

import pytest

from toolkit.errors import TemplateError
from toolkit.project.template_merge import Kind, Labels, merge

LABELS = Labels(base="small 1.0", theirs="template small 2.0")


def sides(ours, base, theirs):
    """Merge one file; None is no file."""
    held = [
        {}
        if text is None
        else {"a": (text if isinstance(text, bytes) else text.encode(), False)}
        for text in (ours, base, theirs)
    ]
    changes = merge(*held, LABELS)
    assert len(changes) < 2
    return changes[0] if changes else None


@pytest.mark.parametrize(
    ("ours", "base", "theirs", "kind", "content"),
    [
        (None, None, "new", Kind.ADDED, "new"),
        ("old", "old", "new", Kind.CHANGED, "new"),
        ("old", "old", None, Kind.REMOVED, None),
        (None, "old", "new", Kind.LEFT_OUT, None),
        ("0\n1\n2\n3\nx", "1\n2\n3\nx", "1\n2\n3\ny", Kind.MERGED, "0\n1\n2\n3\ny"),
        (
            "a\r\n1\r\n2\r\n3\r\n",
            "1\n2\n3\n",
            "1\n2\nb\n",
            Kind.MERGED,
            "a\r\n1\r\n2\r\nb\r\n",
        ),
    ],
)
def test_what_changed_on_one_side_is_taken(ours, base, theirs, kind, content):
    change = sides(ours, base, theirs)

    assert change.kind is kind
    assert change.conflicts == 0
    assert (change.file and change.file[0].decode()) == content


@pytest.mark.parametrize(
    ("ours", "base", "theirs"),
    [
        ("mine", "old", "old"),
        ("new", "old", "new"),
        ("new", None, "new"),
        (None, "old", None),
        (None, "old", "old"),
        ("mine", "mine", "mine"),
        ("mine\n1\n", "1\n", "1\n"),
    ],
)
def test_what_needs_nothing_stays(ours, base, theirs):
    assert sides(ours, base, theirs) is None


def test_a_conflict_is_shown_as_git_shows_it():
    change = sides("mine\nsame\n", "old\nsame\n", "new\nsame\n")

    assert (change.kind, change.conflicts) == (Kind.CONFLICT, 1)
    assert change.file[0].decode() == (
        "<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> template small 2.0\nsame\n"
    )


def test_every_place_counts():
    lines = "\n".join("x" * 8)

    assert sides(f"1\n{lines}\n1", f"2\n{lines}\n2", f"3\n{lines}\n3").conflicts == 2


def test_without_a_base_what_both_have_is_no_conflict():
    change = sides("1\nmine\n3\n", None, "1\nnew\n3\n")

    assert (
        change.file[0].decode().startswith("1\n<<<<<<< yours\nmine\n=======\nnew\n>>>")
    )


@pytest.mark.parametrize(
    ("ours", "base", "theirs", "note"),
    [
        ("mine", "old", None, "the template no longer has it, and you changed it"),
        (
            b"\0mine",
            b"\0old",
            b"\0new",
            "it is no text, and both sides changed it; yours is kept",
        ),
        (
            b"mine",
            b"old",
            b"\0new",
            "it is no text, and both sides changed it; yours is kept",
        ),
    ],
)
def test_a_conflict_that_no_marker_can_show_is_said(ours, base, theirs, note):
    change = sides(ours, base, theirs)

    assert (change.kind, change.conflicts, change.note) == (Kind.CONFLICT, 1, note)
    assert change.file[0] == (ours if isinstance(ours, bytes) else ours.encode())


def test_who_changed_the_mode_of_a_file_is_heard():
    one, other = (b"x", False), (b"x", True)

    (change,) = merge({"a": one}, {"a": one}, {"a": other}, LABELS)
    assert change.file == other
    assert merge({"a": other}, {"a": one}, {"a": one}, LABELS) == []


def test_without_git_only_texts_that_both_changed_are_refused(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)

    assert sides("old", "old", "new").kind is Kind.CHANGED
    with pytest.raises(TemplateError) as caught:
        sides("mine", "old", "new")
    assert str(caught.value) == (
        "Both you and the template changed a file, and git, which merges them, is not "
        "installed. Install git."
    )
