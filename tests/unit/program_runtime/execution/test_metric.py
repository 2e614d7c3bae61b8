"""Metrics are read strictly, since they may be forged."""

import json

import pytest

from program_runtime.execution.metric import check_metric


def test_a_metric_is_written_anew():
    text = check_metric('{"other": [], "step": 3,  "values": {"a": 1, "b": -2.5e3}}')
    assert text == '{"step": 3, "values": {"a": 1, "b": -2500.0}}'


def test_a_metric_without_a_step():
    assert check_metric('{"values": {}}') == '{"step": null, "values": {}}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "Expecting value"),
        ("[" * 100_000, "it is nested too deeply"),
        ("[]", 'it is no object with "values"'),
        ('{"step": 1}', 'it is no object with "values"'),
        ('{"values": {"a": true}}', "'a' is no finite number"),
        ('{"values": {"a": "1"}}', "'a' is no finite number"),
        ('{"values": {"a": 1e999}}', "'a' is no finite number"),
        ('{"values": {"a": NaN}}', "NaN is no number of JSON"),
        ('{"values": {"a": -Infinity}}', "-Infinity is no number of JSON"),
        ('{"step": true, "values": {}}', "its step is no integer"),
        ('{"step": 1.0, "values": {}}', "its step is no integer"),
        ('{"step": 1%s, "values": {}}' % ("0" * 30), "its step is no integer of 64"),
        ('{"values": {"a": 1%s}}' % ("0" * 400), "'a' is no finite number"),
        ('{"values": {"a": 1%s}}' % ("0" * 5000), "Exceeds the limit"),
        (r'{"values": {"\ud800": 1}}', r"the name '\\ud800' is no text"),
        (r'{"values": {"\u0000": 1}}', r"the name '\\x00' is no text"),
        ('{"values": {"%s": 1}}' % ("a" * 201), "a name has more than 200 characters"),
    ],
)
def test_what_is_no_metric(text, message):
    with pytest.raises(ValueError, match=message.replace("(", "\\(")):
        check_metric(text)


def test_too_many_values():
    text = json.dumps({"values": dict.fromkeys(map(str, range(1001)), 1)})
    with pytest.raises(ValueError, match="it has 1001 values, the limit is 1000"):
        check_metric(text)
