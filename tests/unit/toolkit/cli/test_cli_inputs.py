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


def test_bytes_that_are_no_text_are_named(tmp_path):
    path = tmp_path / "in.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(click.BadParameter, match=r"in\.json is not UTF-8 text"):
        _inputs.parse([f"@{path}"])
    with pytest.raises(click.BadParameter, match=r"in\.json is not UTF-8 text"):
        _inputs.parse([f"x=@{path}"])


def test_json_that_is_too_deep_is_no_internal_error(tmp_path):
    path = tmp_path / "in.json"
    path.write_text("[" * 100_000)
    with pytest.raises(click.BadParameter, match=r"in\.json is not JSON"):
        _inputs.parse([f"@{path}"])


def test_what_looks_encoded_must_be():
    with pytest.raises(click.BadParameter, match="x is no encoded value"):
        _inputs.parse(['x={"__type__": "ndarray", "__value__": "?"}'])


def test_a_file_that_does_not_exist_is_named(qrt):
    told = qrt("submit", "vqe", "-i", "@no.json", code=2)
    assert told.stderr == "error: No such file or directory: no.json\n"


def test_samples_hold_encoded_values_too(tmp_path):
    path = tmp_path / "z.json"
    path.write_text('{"z": {"__type__": "complex", "__value__": [1, 2]}}')
    chosen = _inputs.choose([], sample="z", samples={"z": path})
    assert chosen.values == {"z": 1 + 2j}


def test_without_a_schema_only_the_names_are_judged():
    assert _inputs.coerce({}, {"anything": 1}) == ({"anything": 1}, [])
    _, problems = _inputs.coerce({}, {"backend": "mine"})
    assert [problem.path for problem in problems] == ["backend"]


def test_a_problem_inside_an_input_is_told_once():
    schema = {
        "properties": {
            "operators": {"type": "array", "items": {"format": "sparse-pauli-op"}},
            "n": {"type": "integer"},
        }
    }
    _, problems = _inputs.coerce(schema, {"operators": [5], "n": "x"})
    assert [problem.path for problem in problems] == ["operators[0]", "n"]
