"""docs/backend-matrix.md is executed: the table is what the command prints.

The program runs in this process; that a child says the same is tested elsewhere.
"""

import contextlib
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from unit.toolkit.cli import running_here

from program_runtime.program.testing import assert_counts_close
from toolkit import harness
from toolkit.cli import _main

PAGE = Path(__file__).parents[2] / "docs" / "backend-matrix.md"


def blocks(language):
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def pytest_words(monkeypatch):
    """What pytest would be called with."""
    seen = []

    def run(words, **options):
        seen.extend(words[3:])
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    return seen


@pytest.mark.usefixtures("private_home")
def test_the_commands_of_the_page_print_its_table_and_its_test_holds(
    tmp_path, monkeypatch, capsys, pytest_words
):
    pytest.importorskip("qiskit_ibm_runtime")
    monkeypatch.setattr(harness, "run_project", running_here.run_project, raising=False)
    monkeypatch.setattr(
        "toolkit.harness.machine.Harness", lambda **options: contextlib.nullcontext()
    )
    monkeypatch.chdir(tmp_path)
    for line in blocks("console")[0].splitlines():
        words = shlex.split(line.removeprefix("$ "))
        if words[0] == "cd":
            monkeypatch.chdir(tmp_path / words[1])
            continue
        assert _main.run(words[1:]) == 0

    assert blocks("text")[0] == capsys.readouterr().out.partition("\n")[2]
    names = pytest_words[0].removeprefix("--qrt-backends=").split(",")
    monkeypatch.syspath_prepend(tmp_path / "ghz")
    monkeypatch.delitem(sys.modules, "program", raising=False)
    test = {}
    exec(blocks("python")[0], test)
    for name in names:
        test["test_a_bell_pair_agrees"](name)
    del sys.modules["program"]


def test_the_failure_of_the_page_is_what_the_assertion_says():
    with pytest.raises(AssertionError) as caught:
        assert_counts_close({"00": 400, "11": 590, "01": 10}, {"00": 0.5, "11": 0.5})

    assert f"{caught.value}\n" == blocks("text")[-1]
