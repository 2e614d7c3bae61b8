"""Inputs from the command line."""

import io

import click
import pytest

from toolkit.cli import _inputs


def test_values_are_json_where_they_are_json_and_text_elsewhere():
    assert _inputs.parse(["n=5", "x=0.5", "name=bell", "on=true", "l=[1, 2]"]) == {
        "n": 5,
        "x": 0.5,
        "name": "bell",
        "on": True,
        "l": [1, 2],
    }


def test_a_value_may_hold_an_equals_sign():
    assert _inputs.parse(["text=a=b"]) == {"text": "a=b"}


def test_a_file_gives_many_inputs_and_later_words_win(tmp_path):
    path = tmp_path / "in.json"
    path.write_text('{"n": 1, "m": 2}')
    assert _inputs.parse([f"@{path}", "n=9"]) == {"n": 9, "m": 2}


def test_a_single_value_can_come_from_a_file(tmp_path):
    path = tmp_path / "h.json"
    path.write_text('{"ZZ": 1.0}')
    assert _inputs.parse([f"hamiltonian=@{path}"]) == {"hamiltonian": {"ZZ": 1.0}}


def test_stdin_is_a_file_named_minus(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO('{"n": 3}'))
    assert _inputs.parse(["@-"]) == {"n": 3}


@pytest.mark.parametrize("word", ["novalue", "=5", "two words=5", "9x=1"])
def test_a_word_that_is_no_input_is_refused(word):
    with pytest.raises(click.BadParameter, match="is no input: write name=value"):
        _inputs.parse([word])


def test_a_file_that_is_not_json_is_named(tmp_path):
    path = tmp_path / "in.json"
    path.write_text("{")
    with pytest.raises(click.BadParameter, match=r"in\.json is not JSON"):
        _inputs.parse([f"@{path}"])


def test_a_file_must_hold_an_object(tmp_path):
    path = tmp_path / "in.json"
    path.write_text("[1]")
    with pytest.raises(
        click.BadParameter, match="JSON object of inputs, it holds a list"
    ):
        _inputs.parse([f"@{path}"])


def test_encoded_values_in_a_file_are_decoded(tmp_path):
    path = tmp_path / "in.json"
    path.write_text('{"z": {"__type__": "complex", "__value__": [1, 2]}}')
    assert _inputs.parse([f"@{path}"]) == {"z": 1 + 2j}
