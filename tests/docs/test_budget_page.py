"""docs/budget.md is executed: the table is what the command prints."""

import json
import re
import shlex
from pathlib import Path

import pytest

from program_runtime.metadata import program_schema
from toolkit.cli import _main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "budget.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.timeout(120)
def test_the_command_of_the_page_prints_the_table_of_the_page(monkeypatch, capsys):
    pytest.importorskip("qiskit_ibm_runtime")
    monkeypatch.chdir(ROOT)
    words = shlex.split(blocks("console")[0].removeprefix("$ "))
    lock = ROOT / words[2] / "budget.lock"
    before = lock.read_text(encoding="utf-8")

    assert _main.run(words[1:]) == 0
    printed, shown = (
        capsys.readouterr().out.splitlines(),
        blocks("text")[0].splitlines(),
    )
    # A call that begins with a message may count to the iteration before: see the page.
    assert (printed[0], printed[-1]) == (shown[0], shown[-1])
    assert lock.read_text(encoding="utf-8") == before


def test_the_page_names_every_number_that_can_be_limited():
    limits = program_schema()["properties"]["budget"]["properties"]
    (example,) = blocks("json")

    assert [name for name in limits if f"`{name}`" not in PAGE] == []
    assert json.loads(f"{{{example}}}")["budget"].keys() <= limits.keys()
