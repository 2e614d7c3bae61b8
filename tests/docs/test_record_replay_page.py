"""What docs/record-replay.md shows works as shown."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from program_runtime.program.testing import RecordingMessenger
from toolkit import project
from toolkit.harness import cassette_plugin
from toolkit.harness.cassettes.tape import Tape

PAGE = Path(__file__).parents[2] / "docs" / "record-replay.md"
TEXT = PAGE.read_text(encoding="utf-8")


def block(language):
    (found,) = re.findall(
        rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL
    )
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project such as the page speaks of."""
    return project.new_project(
        tmp_path_factory.mktemp("made") / "hello", template="hello-world"
    )


def call(root, *words):
    done = subprocess.run(
        words,
        cwd=root,
        env={**os.environ, "CI": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_test_of_the_page_passes_recorded_and_replayed(made, monkeypatch):
    monkeypatch.syspath_prepend(made)
    monkeypatch.delitem(sys.modules, "program", raising=False)
    named = re.search(
        r"^`tests/cassettes/test_program/(\w+)\.json`", TEXT, re.MULTILINE
    )
    written: dict = {}
    exec(block("python"), written)
    monkeypatch.delitem(sys.modules, "program")
    for recording in (True, False):
        with Tape(made / "page.json", recording=recording) as tape:
            fixture = cassette_plugin.TestCassette(tape)
            written[named[1]](fixture, RecordingMessenger())
            assert fixture.recording is recording
            assert fixture.unplayed == 0
            if recording:
                assert tape.save() == 2


def test_the_commands_of_the_page_record_and_replay(made):
    qrt = str(Path(sys.executable).with_name("qrt"))
    record, replay = (line.split()[1:] for line in block("sh").splitlines())
    recorded, replayed = call(made, qrt, *record), call(made, qrt, *replay)

    assert "3 circuits recorded in tape.json" in recorded.stderr
    assert replayed.stdout == recorded.stdout
    lines = [
        [line for line in done.stderr.splitlines() if "most_frequent" in line]
        for done in (recorded, replayed)
    ]
    assert lines[0] == lines[1] != []


def test_the_options_of_the_page_are_those_of_the_plugin():
    told = set(re.findall(r"`--(?:qrt-)?record(?:=(\w+))?`", TEXT))
    known = set(cassette_plugin.Mode.__args__)

    assert {word for word in told if word} == known


def test_the_parts_of_the_file_are_those_on_the_page():
    samples = PAGE.parents[1] / "samples"
    text = next(
        (samples / "hello_world" / "tests" / "cassettes").rglob("*.json")
    ).read_text()
    parts = re.findall(r'^ "(\w+)"', text, re.MULTILINE)

    assert set(parts) - {"qiskit"} <= set(re.findall(r"`(\w+)`", TEXT))
