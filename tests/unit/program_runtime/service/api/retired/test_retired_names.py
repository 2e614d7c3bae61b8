"""Ids and versions of programs that had neither, and results that need a link."""

import asyncio
import re
from types import SimpleNamespace

import pytest

from program_runtime.service.api.retired.program_ids import free, id_for
from program_runtime.service.api.retired.risky import risky
from program_runtime.service.api.retired.single_file import next_version


def free_id(name, *, taken=()):
    async def get(program_id):
        return program_id if program_id in taken else None

    here = SimpleNamespace(store=SimpleNamespace(programs=SimpleNamespace(get=get)))
    return asyncio.run(free(here, name))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sample-vqe", "sample-vqe"),
        ("Runtime_Simple", "runtime_simple"),
        ("Sample Program!", "sample-program"),
        ("  é  ", "program"),
        ("-_x_-", "x"),
        ("x" * 100, "x" * 63),
    ],
)
def test_an_id_is_as_near_to_the_name_as_it_can_be(name, expected):
    assert id_for(name) == free_id(name) == expected


@pytest.mark.parametrize("name", ["taken", "hello-world", "vqe", "qaoa", "y" * 63])
def test_an_id_that_is_taken_or_that_clients_refuse_gets_a_suffix(name):
    found = free_id(name, taken={"taken", "y" * 63})
    assert re.fullmatch(r"[a-z-]+-[a-z0-9]{10}", found)
    assert len(found) <= 63
    assert found.startswith(name[:52])


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        (["1.0.0"], "1.0.1"),
        (["1.0.9", "1.0.10", "1.0.2"], "1.0.11"),
        (["2.3.4-rc.1", "1.9.9"], "2.3.5"),
    ],
)
def test_the_next_version_is_above_all_that_are_there(versions, expected):
    assert next_version(versions) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1",
        " 1.5",
        "true",
        "null",
        "NaN",
        "-Infinity",
        '"url"',
        '"the curl of it"',
        '["a", "url"]',
        '{"url": 1}',
        '{"\\u0075rl": 1}',
        '["\\u0075rl"]',
    ],
)
def test_a_result_that_clients_misread_needs_a_link(text):
    assert risky(text)


@pytest.mark.parametrize(
    "text",
    [
        '"text"',
        "[]",
        '["curl", {"url": 1}]',
        '{"a": "url", "URL": 1, "curl": 2}',
        '{"a": "\\u0075rl"}',
        "no json",
        "Traceback (most recent call last): url",
        '{"url": ',
        "",
        "[" * 100_000 + '"url"',
    ],
    ids=range(10),
)
def test_a_result_that_clients_read_well_needs_none(text):
    assert not risky(text)
