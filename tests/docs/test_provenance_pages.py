"""docs/provenance.md and docs/versions.md are executed and say what happens."""

import doctest
import re
import shlex
import shutil
import signal
from pathlib import Path

import pytest

from program_runtime.client import local
from program_runtime.codec.wire import Wire
from toolkit.cli import _main

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PARTS = re.compile(r"^\$ (?P<command>.*)\n(?P<said>(?:(?!\$ ).*\n)*)", re.MULTILINE)
ASSIGNED = re.compile(r"(?P<name>[A-Z]+)=\$\((?P<command>.*)\)")


@pytest.fixture
def home(private_home, tmp_path, monkeypatch):
    """A copy of the samples, and a service of its own that ends with the test."""
    monkeypatch.setenv("QRT_DATA_DIR", str(private_home / "data"))
    monkeypatch.setenv("QRT_CONFIG_DIR", str(private_home / "config"))
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    monkeypatch.chdir(tmp_path)
    yield private_home / "data"
    for process in local._started:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def same(said, got):
    """Whether the words are those of the page, ``...`` for whatever there is."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(said, got, flags)


class Shell:
    """Does what a page's console does, the commands in this process."""

    def __init__(self, capsys, monkeypatch):
        self.capsys, self.monkeypatch = capsys, monkeypatch
        self.names = {}

    def type(self, command, said):
        assigned = ASSIGNED.fullmatch(command)
        words = self.words(assigned["command"] if assigned else command)
        if words[0] == "cd":
            self.monkeypatch.chdir(words[1])
            return
        self.capsys.readouterr()
        code = _main.run(words[1:])
        out, err = self.capsys.readouterr()
        assert code == 0, (command, out, err)
        if assigned:
            self.names[assigned["name"]] = out.strip()
        else:
            assert same(said, out + err), (command, out + err)

    def words(self, command):
        for name, value in self.names.items():
            command = command.replace(f"${name}", value)
        return shlex.split(command)


def blocks(name):
    return BLOCK.findall((ROOT / "docs" / name).read_text(encoding="utf-8"))


@pytest.mark.timeout(240)
def test_the_pages_work_as_they_are_written(home, capsys, monkeypatch):
    """Both with one service: starting one is what takes the time."""
    shell = Shell(capsys, monkeypatch)
    for kind, text in blocks("provenance.md"):
        assert kind == "console"
        for part in PARTS.finditer(text):
            shell.type(part["command"], part["said"])
    assert set(shell.names) == {"JOB", "AGAIN", "OTHER"}
    found = local.ensure_local_service(home)
    assert found.token.reveal().encode() not in Path("vqe.zip").read_bytes()
    names, printed = {"url": found.url, "token": found.token}, ""
    capsys.readouterr()
    for kind, text in blocks("versions.md"):
        if kind == "python":
            exec(compile(text, "versions.md", "exec"), names)
            printed = capsys.readouterr().out
        elif text.startswith("X-Program-Wire: "):
            assert Wire.parse(text).to_header() in text
        else:
            assert printed == text
