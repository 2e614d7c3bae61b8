"""Inputs on their way in: what leaked is taken out, the rest is never rebuilt."""

import json

import pytest

from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.api.retired.members import members, object_of
from program_runtime.service.api.retired.submissions import (
    read_submission,
    sent_inputs,
)

LEAKED = '"_ParameterNamespace__metadata": {"a": [1]}, "_ParameterNamespace__program_params": {}'


@pytest.mark.parametrize(
    "text",
    [
        '{"x":  1.50}',
        '{"x": NaN, "y": [Infinity, -Infinity]}',
        '{"big": 123456789012345678901234567890, "small": 1e-400}',
        '{"é": "\\u00e9\\ud83d\\ude00", "empty": {}}',
        '{"_ParameterNamespace": 1}',
        '{"unset": null}',
        "{}",
    ],
)
def test_inputs_stay_as_they_were_sent(text):
    assert sent_inputs(text) == text


def test_what_leaks_out_of_a_namespace_is_taken_out():
    text = f'{{"x":  1.50, {LEAKED}, "unset": null, "deep": {{"unset": null}}}}'
    assert sent_inputs(text) == '{"x": 1.50, "deep": {"unset": null}}'


def test_a_namespace_with_nothing_set_is_no_inputs():
    assert sent_inputs(f'{{{LEAKED}, "unset": null}}') == "{}"


@pytest.mark.parametrize("text", ["[]", "1", '"text"', '[{"a": 1}]'])
def test_inputs_have_names(text):
    with pytest.raises(HttpRefusal, match="params must be a JSON object"):
        sent_inputs(text)


def test_a_submission_is_read_without_its_inputs_being_rebuilt():
    body = (
        '{"program_id": "vqe", "params": {"x": 1.50}, "backend": "fake_manila", '
        '"cost": 60, "tags": ["a"], "log_level": null, "session_time": null}'
    )
    asked = read_submission(body.encode())
    assert (asked.program_id, asked.inputs) == ("vqe", '{"x": 1.50}')
    assert (asked.backend, asked.max_execution_time) == ("fake_manila", 60)
    assert (asked.tags, asked.log_level, asked.session_time) == (["a"], None, None)


def test_a_submission_without_inputs_has_none():
    assert read_submission(b'{"program_id": "vqe"}').inputs is None
    assert read_submission(b'{"program_id": "vqe", "params": null}').inputs is None


def test_the_one_instance_may_be_named_and_no_other():
    place = {"hub": "ibm-q", "group": "open", "project": "main"}
    read_submission(json.dumps({"program_id": "vqe", **place}).encode())
    with pytest.raises(HttpRefusal, match="no instance 'ibm-q/open/other' here"):
        read_submission(
            json.dumps({"program_id": "vqe", **place, "project": "other"}).encode()
        )


def test_a_strategy_that_is_not_here_is_refused():
    with pytest.raises(HttpRefusal, match="no channel strategy 'q-ctrl' here"):
        read_submission(b'{"program_id": "vqe", "channel_strategy": "q-ctrl"}')
    read_submission(b'{"program_id": "vqe", "channel_strategy": "default"}')


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"program_id": "vqe"',
        b'{"program_id" "vqe"}',
        b'{"program_id": }',
        b"{1: 2}",
        b'{"a": 1} more',
        b'{"a": 1,}',
        b"\xff",
        b'{"params": ' + b"[" * 100_000,
    ],
    ids=range(10),
)
def test_what_is_no_json_object_is_refused(body):
    with pytest.raises(HttpRefusal) as refused:
        read_submission(body)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        (' { "a" : 1 , "b":[1, {"c": "}"}]} ', {"a": "1", "b": '[1, {"c": "}"}]'}),
        ('{"a": 1, "a": 2}', {"a": "2"}),
        ('{"a\\"b": "\\u0041"}', {'a"b': '"\\u0041"'}),
    ],
)
def test_an_object_is_taken_apart_into_the_texts_of_its_members(text, expected):
    assert members(text) == expected
    assert json.loads(object_of(expected.items())) == json.loads(text)
