"""Ids, tokens, versions, references: what the service calls things."""

import doctest
import hashlib
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from program_runtime.execution.outcome import JobStatus
from program_runtime.service.domain import (
    Job,
    Program,
    Reference,
    Release,
    Role,
    User,
    Visibility,
    hash_token,
    may_change_program,
    may_see_job,
    may_see_program,
    new_job_id,
    new_request_id,
    new_token,
    parse_reference,
    references,
    version_key,
    versions,
)
from program_runtime.service.domain.versions import moves_latest
from program_runtime.service.store.memory import store as memory_store

TIME = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("module", [references, versions, memory_store])
def test_examples_are_true(module):
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


def test_ids_say_of_what_and_never_repeat():
    assert re.fullmatch(r"job_[0-9a-hjkmnp-tv-z]{26}", new_job_id())
    assert new_request_id().startswith("req_")
    assert len({new_job_id(5.0) for _ in range(1000)}) == 1000


@given(st.floats(0, 2**40 / 1000), st.floats(0.001, 10**6))
def test_ids_sort_by_time(first, later):
    assert new_job_id(first)[:14] <= new_job_id(first + later)[:14]


def test_tokens_are_256_random_bits_and_stored_hashed():
    token = new_token()
    assert re.fullmatch(r"qrt_[\w-]{43}", token)
    assert token != new_token()
    assert hash_token(token) == hashlib.sha256(token.encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "program_id", "ref"),
    [
        ("vqe", "vqe", "latest"),
        ("vqe@1.2.0", "vqe", "1.2.0"),
        ("vqe:stable", "vqe", "stable"),
        ("vqe@1.0.0-rc:1", "vqe", "1.0.0-rc:1"),
        ("vqe@", "vqe", ""),
        ("", "", "latest"),
    ],
)
def test_a_reference_names_a_program_and_a_release(text, program_id, ref):
    assert parse_reference(text) == Reference(program_id=program_id, ref=ref)


def test_versions_have_the_order_of_semver_org():
    ordered = [
        *("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta"),
        *("1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.9.0", "1.10.0"),
    ]
    backwards = ordered[::-1]
    assert sorted(backwards, key=version_key) == ordered
    assert version_key("1.0.0+build-5") == version_key("1.0.0")


@pytest.mark.parametrize(
    ("new", "current", "moves"),
    [
        ("1.0.0", None, True),
        ("1.0.0-rc.1", None, True),
        ("1.1.0", "1.0.0", True),
        ("1.0.0", "1.0.0", False),
        ("1.0.0", "1.1.0", False),
        ("2.0.0-rc.1", "1.0.0", False),
        ("2.0.0-rc.2", "2.0.0-rc.1", True),
        ("1.0.0", "2.0.0-rc.1", True),
    ],
)
def test_latest_moves_up_and_never_to_a_prerelease_from_a_release(new, current, moves):
    assert moves_latest(new, current) is moves


def a_program(visibility):
    release = Release(
        program_id="vqe",
        version="1.0.0",
        digest="sha256:0",
        size=1,
        metadata={},
        created=TIME,
        published_by="u_a",
    )
    return Program(
        id="vqe",
        owner="u_a",
        description="",
        visibility=visibility,
        created=TIME,
        updated=TIME,
        labels={"latest": "1.0.0"},
        latest=release,
    )


USERS = {
    name: User(name=name, role=role, created=TIME)
    for name, role in [("u_a", Role.AUTHOR), ("u_b", Role.AUTHOR), ("root", Role.ADMIN)]
}


def allowed(rule, thing):
    return {name for name, user in USERS.items() if rule(user, thing)}


def test_private_programs_are_for_owner_and_admin():
    private, public = map(a_program, Visibility)
    assert allowed(may_see_program, private) == {"u_a", "root"}
    assert allowed(may_see_program, public) == {"u_a", "u_b", "root"}
    assert allowed(may_change_program, public) == {"u_a", "root"}


def test_jobs_are_for_their_user_and_admin():
    job = Job(
        id="job_1",
        user="u_b",
        program_id="vqe",
        version="1.0.0",
        digest="sha256:0",
        backend="aer_simulator",
        status=JobStatus.QUEUED,
        created=TIME,
        options={},
    )
    assert allowed(may_see_job, job) == {"u_b", "root"}


def test_a_program_goes_by_its_id():
    program = a_program(Visibility.PUBLIC)
    assert (program.name, program.latest_version) == ("vqe", "1.0.0")
    assert program.is_public
