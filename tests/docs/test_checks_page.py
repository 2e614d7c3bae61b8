"""docs/checks.md about ignoring and mending: what it shows is so."""

import re
import tomllib
from pathlib import Path

from toolkit.checks import codes, fix_schema, ignores, preferences
from toolkit.checks.moved_names import RENAMED_METHODS

PAGE = (Path(__file__).parents[2] / "docs" / "checks.md").read_text("utf-8")


def block(kind):
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return found


def test_the_comment_is_one():
    (comment,) = ignores.comments_of(block("python").encode(), "program.py")

    assert (comment.codes, comment.problem) == (("QRT130",), None)


def test_the_table_is_one_and_names_codes_that_can_be_ignored():
    read = preferences.read_preferences(tomllib.loads(block("toml"))["tool"]["qrt"])
    known = {code.code: code for code in codes()}

    assert read.problems == ()
    assert all(known[code].ignorable for _, code in read.ignores)


def test_every_code_that_can_not_be_ignored_is_named():
    (text,) = re.findall(r"can not be ignored:\*\*(.*?)\n\n", PAGE, re.DOTALL)
    named = set()
    for first, last in re.findall(r"QRT(\d{3})(?: to QRT(\d{3}))?", text):
        named |= set(range(int(first), int(last or first) + 1))
    fixed = {int(code.code[3:]) for code in codes() if not code.ignorable}

    assert fixed <= named
    assert {code for code in named if code < 500} - fixed <= set(range(400, 406))


def test_every_mend_is_in_the_table():
    section = PAGE.partition("\n## Mending\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (QRT[^|]+) \|", section, re.MULTILINE)
    mended = {*fix_schema._WORDS, "QRT140", "QRT141", "QRT602"}

    assert {code for row in rows for code in row.split(", ")} == mended
    assert all(f"`{name}`" in section for name in RENAMED_METHODS)
