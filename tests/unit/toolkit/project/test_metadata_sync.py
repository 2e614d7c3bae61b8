"""program.json is brought to what main says."""

import json
from pathlib import Path

import pytest

from program_runtime import metadata as metadata_of
from toolkit.project import load_project
from toolkit.project.metadata_sync import plan_sync

SAMPLES = sorted(
    path.parent for path in Path(__file__).parents[4].glob("samples/*/program.json")
)
PROGRAM = '''
def main(backend, user_messenger, *, text: str, times: int = 3, loud: bool = False):
    """Count.

    Args:
        text: What is counted.
        times: How often.
    """
    return 1
'''


@pytest.fixture
def plan(make_project):
    def plan(program=PROGRAM, **fields):
        return plan_sync(load_project(make_project(program=program, **fields)))

    return plan


def test_every_difference_is_told(plan):
    assert [str(change) for change in plan().changes] == [
        'text: description "Any text." -> "What is counted."',
        "times: default 2 -> 3",
        'times: description "How often." added',
        "loud: added",
    ]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_samples_say_what_their_main_says(path):
    assert plan_sync(load_project(path)).changes == ()


def test_an_input_that_is_gone_or_needed_now_is_told(plan):
    gone = "def main(backend, user_messenger, *, times: int): ..."
    assert [str(change) for change in plan(gone).changes] == [
        "text: removed",
        "times: default 2 removed",
        "times: required false -> true",
    ]


def test_a_default_of_none_is_a_difference(plan):
    program = "def main(backend, user_messenger, *, text: str | None = None): ..."
    assert "text: default null added" in map(str, plan(program).changes)


def test_what_is_written_is_in_sync_and_all_else_stays(plan):
    first = plan()
    path = first.project.root / "program.json"
    before = json.loads(path.read_text())
    first.write()
    after = json.loads(path.read_text())

    assert path.read_text().endswith("}\n")
    assert after["spec"]["parameters"]["properties"]["times"] == {
        "type": "integer",
        "default": 3,
        "description": "How often.",
    }
    del before["spec"]["parameters"], after["spec"]["parameters"]
    assert after == before
    again = plan_sync(load_project(first.project.root))
    assert again.changes == ()
    assert metadata_of.check_schema(again.schema) == []


def test_a_file_that_is_in_sync_is_not_touched(plan):
    first = plan()
    first.write()
    path = first.project.root / "program.json"
    path.write_text(json.dumps(json.loads(path.read_text())))
    text = path.read_text()
    plan_sync(load_project(first.project.root)).write()
    assert path.read_text() == text


def test_metadata_without_a_schema_get_one(plan):
    fields = {"name": "hello", "version": "1.0.0", "max_execution_time": 60}
    files = {"inputs/short.json": None}
    sync = plan(metadata=fields | {"spec": {}}, files=files)
    sync.write()
    schema = load_project(sync.project.root).metadata.spec["parameters"]
    assert list(schema["properties"]) == ["text", "times", "loud"]
    assert schema["required"] == ["text"]
