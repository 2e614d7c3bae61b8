"""docs/publishing.md is executed: what it shows is what happens."""

import doctest
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from program_runtime.client import local
from program_runtime.client.api import ServiceApi
from toolkit.bundle.comparison import Bump, is_enough
from toolkit.cli import _main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "publishing.md").read_text(encoding="utf-8")
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PARTS = re.compile(r"^\$ (?P<command>.*)\n(?P<said>(?:(?!\$ ).*\n)*)", re.MULTILINE)
STEP = re.compile(r"(\d+\.\d+\.\d+) → (\d+\.\d+\.\d+)")


@pytest.fixture
def home(private_home, tmp_path, monkeypatch):
    """A copy of the samples, and a service of its own that ends with the test."""
    monkeypatch.setenv("QRT_DATA_DIR", str(private_home / "data"))
    monkeypatch.setenv("QRT_CONFIG_DIR", str(private_home / "config"))
    shutil.copytree(
        ROOT / "samples",
        tmp_path / "samples",
        ignore=shutil.ignore_patterns("dist", "__pycache__"),
    )
    monkeypatch.chdir(tmp_path)
    yield private_home / "data"
    for process in local._started:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def same(said, got):
    """Whether the words are those of the page, ``...`` for whatever there is."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(said, got, flags)


@pytest.mark.timeout(240)
def test_the_page_works_as_it_is_written(home, capsys, monkeypatch):
    for part in PARTS.finditer("".join(CONSOLE.findall(PAGE))):
        words = shlex.split(part["command"])
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
        elif words[0] == "sed":
            subprocess.run(words, check=True)
        else:
            capsys.readouterr()
            code = _main.run(words[1:])
            said = "".join(capsys.readouterr())
            assert same(part["said"], said), (part["command"], said)
            assert (code != 0) == ("\nerror: " in f"\n{part['said']}")

    found = local.ensure_local_service(home)
    api = ServiceApi(found.url, found.token, verify=found.trust)
    assert api.program("vqe")["labels"] == {"latest": "1.0.0", "canary": "2.0.0"}
    jobs = api.jobs(program="vqe", limit=10)["jobs"]
    assert [job["program"]["version"] for job in jobs] == ["2.0.0", "2.0.0", "1.0.0"]
    assert len({job["options"]["seed"] for job in jobs}) == 1
    api.close()


def test_the_table_of_versions_is_the_rule():
    rows = re.findall(r"^\| (breaking|additive|all else)(.*)$", PAGE, re.MULTILINE)
    bumps = {
        "breaking": Bump.MAJOR,
        "additive": Bump.MINOR,
        "all else": Bump.PATCH,
    }
    steps = [(bumps[kind], *step) for kind, row in rows for step in STEP.findall(row)]
    assert len(steps) == 6
    for bump, old, new in steps:
        assert is_enough(old, new, bump)
        major, minor, patch = map(int, new.split("."))
        before = f"{major}.{minor}.{patch - 1}" if patch else f"{major}.{minor - 1}.99"
        if patch or minor:
            assert before == old or not is_enough(old, before, bump)
