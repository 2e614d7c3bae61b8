"""docs/metadata.md: its examples are good, and no field is missing from it."""

import doctest
import json
import pathlib
import re

import pytest

from program_runtime.errors import BadMetadataError
from program_runtime.metadata import (
    check_schema,
    parameter_namespace,
    parse_metadata,
    program_schema,
    quantum,
)

PAGE = pathlib.Path(__file__).parents[4] / "docs" / "metadata.md"


def examples(kind):
    found = re.findall(rf"```json {kind}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found


def test_the_example_is_good_metadata():
    for text in examples(r"program\.json"):
        assert parse_metadata(text).to_dict() == json.loads(text)


def test_the_example_of_a_schema_is_a_good_schema():
    for text in examples("schema"):
        assert check_schema(json.loads(text)) == []


def test_the_example_of_a_retired_form_is_read_as_the_page_says():
    for text in examples("retired"):
        assert parse_metadata(text, strict_version=False).version == "1.0.0"
        with pytest.raises(BadMetadataError, match=r"\$\.version: is '1\.0', must be"):
            parse_metadata(text)


def test_every_field_and_format_is_explained():
    page = PAGE.read_text("utf-8")
    fields = program_schema()["properties"]
    names = [name for name in fields if name != "spec"]
    names += [f"spec.{name}" for name in fields["spec"]["properties"]]
    names += [*quantum.FORMATS, *quantum.KEYWORDS, *quantum.DTYPE_KINDS]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_the_docstring_of_the_namespace_runs():
    results = doctest.testmod(parameter_namespace)
    assert results.attempted > 0
    assert results.failed == 0
