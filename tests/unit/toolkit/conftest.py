"""A small program project, whole, for tests to break."""

import json

import pytest

PROGRAM = '''\
"""Say how long a text is."""


def main(backend, user_messenger, *, text, times=2):
    """Count."""
    user_messenger.publish({"step": 0})
    return {"length": len(text) * times}
'''
METADATA = {
    "name": "hello",
    "version": "1.0.0",
    "description": "Counts letters.",
    "max_execution_time": 60,
    "spec": {
        "parameters": {
            "type": "object",
            "properties": {
                "text": {"type": "string", "description": "Any text."},
                "times": {"type": "integer", "default": 2},
            },
            "required": ["text"],
        },
        "return_values": {
            "type": "object",
            "properties": {"length": {"type": "integer"}},
            "required": ["length"],
        },
        "interim_results": {
            "type": "object",
            "properties": {"step": {"type": "integer"}},
        },
    },
}
PYPROJECT = """\
[project]
name = "hello"
version = "1.0.0"
dependencies = []
"""


@pytest.fixture
def make_project(tmp_path):
    """Write a project; keyword ``files`` adds, replaces or (None) removes files."""

    def make(folder="hello", *, metadata=None, program=PROGRAM, files=None):
        root = tmp_path / folder
        content = {
            "program.py": program,
            "program.json": json.dumps(METADATA if metadata is None else metadata),
            "pyproject.toml": PYPROJECT,
            "inputs/short.json": json.dumps({"text": "abc"}),
            "tests/test_program.py": "def test_nothing(): assert True\n",
            "README.md": "# hello\n",
            **(files or {}),
        }
        for name, text in content.items():
            if text is None:
                continue
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(text, bytes):
                path.write_bytes(text)
            else:
                path.write_text(text, encoding="utf-8")
        return root

    return make


@pytest.fixture
def metadata():
    """A deep copy of the project's metadata, to change."""
    return json.loads(json.dumps(METADATA))
