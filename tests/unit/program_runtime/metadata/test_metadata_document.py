"""parse_metadata: forms, wording, and nothing but BadMetadataError."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from program_runtime.errors import BadMetadataError
from program_runtime.metadata import parse_metadata, program_schema

GOOD = {
    "name": "my-vqe",
    "version": "1.2.0",
    "description": "Ground energies.",
    "max_execution_time": 600,
    "spec": {
        "backend_requirements": {"min_num_qubits": 2},
        "parameters": {
            "type": "object",
            "properties": {"iterations": {"type": "integer", "minimum": 1}},
            "required": ["iterations"],
        },
        "return_values": {"type": "object"},
        "interim_results": True,
    },
}


def refusal(source, **options):
    with pytest.raises(BadMetadataError) as caught:
        parse_metadata(source, **options)
    return str(caught.value)


def lines(source, **options):
    return [line.strip() for line in refusal(source, **options).splitlines()[1:]]


def test_reads_the_present_form_from_text_bytes_and_mappings():
    text = json.dumps(GOOD)
    for source in (GOOD, text, text.encode(), b"\xef\xbb\xbf" + text.encode()):
        found = parse_metadata(source)
        assert (found.name, found.version) == ("my-vqe", "1.2.0")
        assert found.max_execution_time == 600
        assert found.spec["parameters"]["required"] == ["iterations"]
        assert found.raw == GOOD
        assert found.to_dict() == GOOD


def test_fills_what_may_be_left_out():
    found = parse_metadata({"name": "a", "version": "0.0.1-rc.1"})
    assert found.description == ""
    assert found.max_execution_time is None
    assert (found.retry, found.is_public) == (False, False)
    assert found.spec == {
        "backend_requirements": {},
        "parameters": {},
        "return_values": {},
        "interim_results": {},
    }


def test_retry_is_kept():
    found = parse_metadata({"name": "a", "version": "1.0.0", "retry": True})
    assert found.retry is True
    assert found.to_dict()["retry"] is True


def test_a_budget_is_kept():
    budget = {"circuits": 500, "shots": 2_000_000, "qpu_s": 60.5}
    found = parse_metadata({"name": "a", "version": "1.0.0", "budget": budget})
    assert found.budget == found.to_dict()["budget"] == budget


def test_a_budget_of_unknown_or_impossible_numbers_is_refused():
    budget = {"circuit": 5, "shots": -1, "qpu_s": 0, "depth": 1.5}
    text = refusal({"name": "a", "version": "1.0.0", "budget": budget})
    assert "$.budget.circuit: is an unknown name (did you mean 'circuits'?)" in text
    assert "$.budget.shots: is -1, must be at least 0" in text
    assert "$.budget.qpu_s: is 0, must be more than 0" in text
    assert "$.budget.depth: is 1.5, must be an integer" in text
    assert "$.budget: has 0 names, must have at least 1" in refusal(
        {"name": "a", "version": "1.0.0", "budget": {}}
    )


def test_keeps_names_that_begin_with_x():
    found = parse_metadata({"name": "a", "version": "1.0.0", "x-team": {"a": 1}})
    assert found.to_dict()["x-team"] == {"a": 1}


def test_the_document_given_is_neither_changed_nor_shared():
    given_ = json.loads(json.dumps(GOOD))
    found = parse_metadata(given_)
    found.raw["spec"]["parameters"]["properties"].clear()
    found.to_dict()["spec"]["return_values"]["type"] = "changed"
    assert given_ == GOOD
    assert found.spec["return_values"] == {"type": "object"}


@pytest.mark.parametrize(
    ("source", "wording"),
    [
        (
            "{",
            (
                "The metadata is not JSON: Expecting property name enclosed in double "
                "quotes at line 1, column 2."
            ),
        ),
        ("", "The metadata is not JSON: Expecting value at line 1, column 1."),
        (b"\xff", "The metadata is not JSON: byte 1 is not UTF-8."),
        ('{"a": NaN}', "The metadata is not JSON: NaN is no JSON number."),
        ('{"a": 1, "a": 2}', "The metadata is not JSON: the name 'a' stands twice."),
        ("[" * 200_000, "The metadata is not JSON: it is nested too deeply."),
        (
            '{"a": ' + "9" * 5000 + "}",
            "The metadata is not JSON: it holds an integer of too many digits.",
        ),
        ("[]", "The metadata is a list, it must be an object."),
        ('"name"', "The metadata is a string, it must be an object."),
        ("null", "The metadata is null, it must be an object."),
        (
            " " * 600_000,
            "The metadata has 600,000 bytes, 524,288 are allowed.",
        ),
    ],
)
def test_what_is_no_json_object_is_refused(source, wording):
    assert refusal(source) == wording


@pytest.mark.parametrize(
    ("version", "wording"),
    [
        ("1.0", "is '1.0', must be a semantic version"),
        ("one", "is 'one', must be a semantic version"),
        ("1.0.0\n", r"is '1.0.0\n', must be a semantic version"),
        ("01.0.0", "is '01.0.0', must be a semantic version"),
        ("1.0.0+build", "is '1.0.0+build', must be a semantic version"),
        ("\u0661.0.0", "is '\u0661.0.0', must be a semantic version"),
        (1.0, "is 1.0, must be a string"),
        (None, "is null, must be a string"),
    ],
)
def test_a_wrong_version_is_refused(version, wording):
    assert lines({"name": "a", "version": version}) == [
        f"$.version: {wording} (write MAJOR.MINOR.PATCH, such as 1.0.0)"
    ]


def test_a_missing_version_is_refused_unless_old_forms_are_expected():
    assert lines({"name": "a"}) == ["$.version: is required (such as 1.0.0)"]
    assert parse_metadata({"name": "a"}, strict_version=False).version == "1.0.0"


@pytest.mark.parametrize(
    ("version", "read"), [("2", "2.0.0"), ("1.0", "1.0.0"), ("1.4.2", "1.4.2")]
)
def test_short_versions_are_completed_where_old_forms_are_expected(version, read):
    document = {"name": "a", "version": version}
    assert parse_metadata(document, strict_version=False).version == read


@pytest.mark.parametrize(
    "name", ["", "My-VQE", "a b", "-a", "a" * 64, "é", "a\n", "a/b"]
)
def test_a_wrong_name_is_refused(name):
    (line,) = lines({"name": name, "version": "1.0.0"})
    assert line.startswith("$.name: is ")
    assert line.endswith(
        ", must be lower-case letters, digits, - and _, 63 at most "
        "(it begins with a letter or a digit)"
    )


def test_all_problems_are_listed_at_once_with_their_paths():
    document = {
        "name": "A",
        "version": "1",
        "descripton": "typo",
        "max_execution_time": 0,
        "is_public": "yes",
        "retry": 1,
        "spec": {
            "backend_requirements": {"min_num_qubits": -1},
            "parameters": {
                "type": "object",
                "properties": {"a": {"type": "strin"}, "b": {"$ref": "http://x/y"}},
            },
            "return_values": {"minimum": "x"},
            "interim_results": 3,
            "parametres": {},
        },
    }
    assert sorted(line.split(": ")[0] for line in lines(document)) == [
        "$.descripton",
        "$.is_public",
        "$.max_execution_time",
        "$.name",
        "$.retry",
        "$.spec.backend_requirements.min_num_qubits",
        "$.spec.interim_results",
        "$.spec.parameters.properties.a.type",
        "$.spec.parameters.properties.b.$ref",
        "$.spec.parametres",
        "$.spec.return_values.minimum",
        "$.version",
    ]
    text = refusal(document)
    assert "$.descripton: is an unknown name (did you mean 'description'?)" in text
    assert "$.spec.parametres: is an unknown name (did you mean 'parameters'?)" in text
    assert "$.max_execution_time: is 0, must be at least 1" in text


def test_parameters_must_have_names():
    document = {**GOOD, "spec": {"parameters": {"type": "array"}}}
    assert lines(document) == [
        "$.spec.parameters.type: is 'array', must be 'object': inputs have names"
    ]


@pytest.mark.parametrize(
    ("value", "wording"),
    [
        (float("inf"), "is inf, which is no JSON number"),
        (2**70, "is an integer beyond 64 bits"),
        ("a\0b", "holds a NUL or half a surrogate pair, which is no valid text"),
        ("\ud800", "holds a NUL or half a surrogate pair, which is no valid text"),
        ({1: 2}, "has the name 1, which is no string"),
        ({"a\0": 2}, "has the name 'a\\x00', which is no valid text"),
        (b"x", "is a bytes, which is not JSON"),
    ],
)
def test_values_that_could_not_be_stored_are_refused(value, wording):
    document = {"name": "a", "version": "1.0.0", "x-note": value}
    assert lines(document) == [f"$.x-note: {wording}"]


def test_the_shipped_schema_is_a_valid_schema():
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(program_schema())
    assert Draft202012Validator(program_schema()).is_valid(GOOD)


def assert_says_something(error):
    assert str(error).startswith("The metadata ")


names = st.sampled_from(
    [
        *program_schema()["properties"],
        *program_schema()["properties"]["spec"]["properties"],
        "cost",
        "type",
        "properties",
        "required",
        "$ref",
        "format",
    ]
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["object", "1.0.0", "a", "int", "#", "#/x", "^(a+)+$", "ndarray"])
)
json_values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(names | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)


@settings(max_examples=50, deadline=None)
@given(value=json_values, strict=st.booleans())
def test_nothing_but_bad_metadata_is_raised_for_any_json(value, strict):
    for source in (value, json.dumps(value)):
        try:
            found = parse_metadata(source, strict_version=strict)
        except BadMetadataError as error:
            assert_says_something(error)
        else:
            assert parse_metadata(found.to_dict()).to_dict() == found.to_dict()


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=30) | st.binary(max_size=30))
def test_nothing_but_bad_metadata_is_raised_for_any_text(text):
    with pytest.raises(BadMetadataError):
        parse_metadata(text)


def test_a_number_that_no_float_can_hold_is_refused():
    document = {"name": "a", "version": "1.0.0", "x-note": 10**400}
    assert lines(document) == ["$.x-note: is an integer beyond 64 bits"]


def test_a_document_wrong_all_over_is_answered_in_a_few_lines():
    wide = [2**70] * 20_000
    found = lines({"name": "a", "version": "1.0.0", "x-wide": wide})
    assert len(found) == 51
    assert found[-1] == "...: there are more problems, these are the first 50"
    for _ in range(50):
        wide = {"n" * 80: wide}
    (line,) = lines({"name": "a", "version": "1.0.0", "x-deep": wide})
    assert line.endswith("n...: is an integer beyond 64 bits")
    assert len(line) < 700


def test_names_that_may_not_be_printed_are_quoted():
    document = {"name": "a", "version": "1.0.0", "spec": {"\x1b[2J": 1, "n" * 81: 2}}
    assert [line.split(": ")[0] for line in lines(document)] == [
        "$.spec['\\x1b[2J']",
        f"$.spec['{'n' * 27}...{'n' * 28}']",
    ]
