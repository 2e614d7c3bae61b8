"""docs/local-runs.md and docs/checkpoints.md: their programs run, their words are said."""

import json
import re
import shlex
from pathlib import Path

import pytest

from toolkit.cli import run, test
from toolkit.harness import Harness, kill_and_resume
from toolkit.harness.faults import Fault
from toolkit.harness.pytest_plugin import ProgramRunner
from toolkit.harness.simulation import Simulation, read_simulation
from toolkit.project import load_project

DOCS = Path(__file__).parents[2] / "docs"
LOCAL = (DOCS / "local-runs.md").read_text(encoding="utf-8")
CHECKPOINTS = (DOCS / "checkpoints.md").read_text(encoding="utf-8")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def warm():
    with Harness() as harness:
        yield harness


@pytest.fixture
def project(tmp_path):
    """The program of the page about checkpoints."""
    metadata = {"name": "page", "version": "1.0.0", "description": "d", "spec": {}}
    (tmp_path / "program.json").write_text(json.dumps(metadata))
    (tmp_path / "program.py").write_text(blocks(CHECKPOINTS, "python")[0])
    return load_project(tmp_path)


def test_the_tests_of_the_page_pass(project, warm):
    for block in blocks(LOCAL, "python"):
        names = {}
        exec(compile(block, "local-runs.md", "exec"), names)
        [name] = [name for name in names if name.startswith("test_")]
        names[name](ProgramRunner(project, warm))


def test_the_program_of_the_page_survives_being_killed(project, warm):
    seen = kill_and_resume(project, {"steps": 4}, seed=5, kills=2, harness=warm)
    assert seen.ok
    assert len(seen.interruptions) == 2


def test_the_program_of_the_page_finishes_early():
    program, check = blocks(CHECKPOINTS, "python")
    exec(compile(program + check, "checkpoints.md", "exec"), {})


@pytest.mark.parametrize(
    "page", [LOCAL, CHECKPOINTS], ids=["local-runs", "checkpoints"]
)
def test_the_commands_of_the_pages_are_taken(page):
    commands = {"run": run.command, "test": test.command}
    for block in blocks(page, "console"):
        _, name, *words = shlex.split(block.removeprefix("$ "))
        commands[name].make_context(f"qrt {name}", words)


def test_the_pages_name_every_fault_and_every_word():
    assert [fault for fault in Fault if f"| `{fault}` |" not in LOCAL] == []
    words = read_simulation(["queue=30s", "ttl=5m", "drift=0.02", "max_time=60s"])
    assert words == Simulation(queue=30, ttl=300, drift=0.02, max_time=60)
    for word in Simulation.__slots__:
        assert f"| `{word}` |" in LOCAL
