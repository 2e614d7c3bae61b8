"""The tutorial is executed as a reader would: files written, commands run, words compared."""

import doctest
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PARTS = re.compile(r"^\$ (?P<command>.*)\n(?P<said>(?:(?!\$ ).*\n)*)", re.MULTILINE)


@pytest.fixture
def environment(private_home):
    """A shell's, with the commands of this environment; its service ends with the test."""
    bin_folder = Path(sys.executable).parent
    yield {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    from program_runtime.client import locations

    facts = locations.default_data_dir() / "service.json"
    if facts.exists():
        os.kill(json.loads(facts.read_text())["pid"], signal.SIGTERM)


def same(said, got):
    """Whether a command printed what the page says, ``...`` for whatever there is."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(said, got, flags)


class Reader:
    """Does what the page says, one block after the other."""

    def __init__(self, folder, environment):
        self.folder = folder
        self.environment = environment
        self.printed = ""
        self.commands = 0

    def read(self, kind, words, text):
        if kind == "console" and words != "no-run":
            for part in PARTS.finditer(text):
                self.type(part["command"], part["said"], fails=words == "fails")
        elif kind == "python" and words == "run":
            done = self.run([sys.executable, "-c", text])
            assert done.returncode == 0, done.stdout
            self.printed = done.stdout
        elif kind == "text":
            assert same(text, self.printed), self.printed
        elif kind == "diff":
            self.edit(self.folder / words, text)
        elif words != "no-run":
            file = self.folder / words
            assert file.exists(), f"the project has no {file} to be replaced"
            file.write_text(text)

    def edit(self, file, diff):
        old, new = (
            "".join(
                line[1:] for line in diff.splitlines(keepends=True) if line[0] in kinds
            )
            for kinds in (" -", " +")
        )
        before = file.read_text()
        assert before.count(old) == 1, (file, old)
        file.write_text(before.replace(old, new))

    def type(self, command, said, *, fails):
        self.commands += 1
        words = shlex.split(command)
        if words[0] == "cd":
            self.folder /= words[1]
            return
        done = self.run(words)
        got = done.stdout
        assert (done.returncode != 0) is fails, (command, got)
        assert same(said, got), (command, got)

    def run(self, words):
        return subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )


@pytest.mark.timeout(240)
def test_the_tutorial_works_as_it_is_written(tmp_path, environment):
    reader = Reader(tmp_path, environment)
    for kind, words, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        reader.read(kind, words, text)
    assert reader.commands >= 14
