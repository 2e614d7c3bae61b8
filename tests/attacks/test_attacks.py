"""Every attack at every level that the machine offers, as every user; see the package."""

import functools
import json
import subprocess
import sys
from pathlib import Path

import pytest
from ordinary_user import USERS, command_as

from . import corpus

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.timeout(900), pytest.mark.fork]


@functools.cache
def driven(user):
    """Run the driver once a user, however many tests read what came of it."""
    command = command_as(user, sys.executable, "-m", "tests.attacks", "--json", "-v")
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )


def report_of(user):
    done = driven(user)
    assert done.stdout, done.stderr[-20_000:]
    return json.loads(done.stdout)


def bad_cells(user, name):
    row = report_of(user)["rows"][name]
    assert row
    return {column: cell for column, cell in row.items() if not cell["good"]}


@pytest.mark.parametrize("name", [each.name for each in corpus.attacks()])
@pytest.mark.parametrize("user", USERS)
def test_an_attack_succeeds_without_the_defence_and_is_blocked_by_it(user, name):
    assert bad_cells(user, name) == {}


@pytest.mark.parametrize("name", [each.name for each in corpus.controls()])
@pytest.mark.parametrize("user", USERS)
def test_an_honest_program_works_behind_the_walls(user, name):
    assert bad_cells(user, name) == {}


@pytest.mark.parametrize("user", USERS)
def test_nothing_is_left_of_all_attacks_together(user):
    assert report_of(user)["troubles"] == []


@pytest.mark.parametrize("user", USERS)
def test_no_level_is_left_out_without_a_reason(user):
    report = report_of(user)
    tried = {column for row in report["rows"].values() for column in row}
    assert tried | set(report["not_offered"]) == {"off", *corpus.LEVELS}
