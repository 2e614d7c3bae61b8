"""An author saves, and the installed command runs what was saved."""

import json
import shutil
from pathlib import Path

import pytest
from acceptance.attached_command import AttachedCommand
from unit.toolkit.cli import json_forms

HELLO = Path(__file__).parents[2] / "samples" / "hello_world"
PROGRAM = """
import time


def main(backend, user_messenger, *, text="first", wait=False):
    user_messenger.publish({"said": text})
    while wait:
        time.sleep(0.01)
    return text
"""


@pytest.fixture
def watched(qrt, tmp_path):
    """A project of which every run is seen."""
    shutil.copytree(HELLO, tmp_path / "hello", ignore=shutil.ignore_patterns("inputs"))
    (tmp_path / "hello/program.py").write_text(PROGRAM)
    metadata = {"name": "hello", "version": "1.0.0", "description": "d", "spec": {}}
    (tmp_path / "hello/program.json").write_text(json.dumps(metadata))
    (tmp_path / "given.json").write_text("{}")
    command = AttachedCommand(
        *("run", "--watch", "--json", "-i", "@../given.json"),
        cwd=tmp_path / "hello",
        environment=qrt.environment,
    )
    yield command
    command.close()


def test_a_watched_project_outlives_its_author_s_mistakes(watched, tmp_path):
    program = tmp_path / "hello/program.py"
    watched.wait_for('"outcome"')
    program.write_text("def main(:\n")
    watched.wait_for('"error": {')
    program.write_text(PROGRAM.replace("first", "second"))
    watched.wait_for("second")
    watched.wait_for('"outcome"', times=2)
    (tmp_path / "given.json").write_text('{"text": "third", "wait": true}')
    watched.wait_for("third")
    (tmp_path / "given.json").write_text('{"text": "fourth", "wait": true}')
    watched.wait_for("fourth")
    code, out, _ = watched.interrupt()

    assert code == 130
    lines = [json.loads(line) for line in out.splitlines()]
    said = [json.loads(x["data"])["said"] for x in lines if x.get("type") == "interim"]
    assert said == ["first", "second", "third", "fourth"]
    ends = [line["status"] for line in lines if line.get("type") == "outcome"]
    assert ends == ["Completed", "Completed", "Cancelled", "Cancelled"]
    assert json_forms.check_error(lines[-1])["code"] == "interrupted"
    with pytest.raises(ProcessLookupError):
        watched.signal_group(0)
