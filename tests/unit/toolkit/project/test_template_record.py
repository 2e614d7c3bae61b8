"""The record of a template in pyproject.toml."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import TemplateError
from toolkit.project.template_record import (
    Record,
    read_record,
    with_record,
    without_record,
)

TEXT = """\
[project]
name = "x"
lines = [
  "[tool.qrt.template]",
]
# of ruff
[tool.ruff]
line-length = 88
"""
RECORD = Record(name="small", version="1.0", answers={"author": 'O"Neil \\ é\x7f'})


def test_a_record_is_written_at_the_end_and_read_again(tmp_path):
    path = tmp_path / "pyproject.toml"
    path.write_text(with_record(TEXT, RECORD), encoding="utf-8")

    assert read_record(path) == RECORD
    assert path.read_text(encoding="utf-8").startswith(TEXT)
    assert RECORD.label == "small 1.0"
    assert Record(name="small", commit="c0ffee" * 5).label == "small c0ffeec0ffee"


def test_a_record_takes_the_place_of_the_old_one():
    newer = Record(name="small", commit="c0ffee")
    text = with_record(with_record(TEXT, RECORD), newer)

    assert text == with_record(TEXT, newer)
    assert without_record(text) == TEXT


def test_the_line_ends_of_the_file_are_those_of_the_record():
    text = with_record("[project]\r\nname = 'x'\r\n", RECORD)

    assert text.count("\r\n") == text.count("\n")
    assert with_record(text, RECORD) == text


def test_a_table_behind_a_record_may_be_indented():
    text = with_record("", RECORD) + "  [tool.mypy]\n  strict = true\n"

    assert without_record(text) == "  [tool.mypy]\n  strict = true\n"


def test_tables_and_comments_behind_a_record_stay():
    text = with_record("", RECORD) + "# of mypy\n[tool.mypy]\nstrict = true\n# end\n"

    assert without_record(text) == "# of mypy\n[tool.mypy]\nstrict = true\n# end\n"


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=5), st.text(max_size=20) | st.booleans()))
def test_any_answers_are_read_as_they_were_written(answers):
    text = with_record(TEXT, Record(name="n", answers=answers))

    assert tomllib.loads(text)["tool"]["qrt"]["template"]["answers"] == answers
    assert without_record(text) == TEXT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.qrt.template]\nversion = '1'", "needs a name and a table of answers"),
        ("[tool.qrt]\ntemplate = 3", "needs a name and a table of answers"),
        ("[tool]\nqrt = 3", "can not be read"),
        ("<<<<<<< yours", "can not be read"),
    ],
)
def test_a_record_that_makes_no_sense_is_an_error(tmp_path, text, words):
    path = tmp_path / "pyproject.toml"
    path.write_text(text)

    with pytest.raises(TemplateError, match=words):
        read_record(path)


def test_there_may_be_no_record(tmp_path):
    assert read_record(tmp_path / "pyproject.toml") is None
    (tmp_path / "pyproject.toml").write_text(TEXT)
    assert read_record(tmp_path / "pyproject.toml") is None
