"""A command imports what it needs, and Qiskit only where a quantum value is."""

import json
import subprocess
import sys

import pytest

HEAVY = [
    "alembic", "cookiecutter", "fastapi", "jsonschema", "numpy", "pathspec", "pydantic",
    "pytest", "qiskit", "requests", "rich", "scipy", "sqlalchemy", "websockets",
]  # fmt: skip

SCRIPT = """
import json, sys
sys.path.insert(0, sys.argv[1])
from program_runtime.client import api, stream
from toolkit.cli import _main, _service
from unit.toolkit.cli import fake_service
fake = fake_service.FakeApi()
fake.parameters = json.loads(sys.argv[2])
_service.connect = lambda out, project=None: fake
_main.run(sys.argv[4:])
print(json.dumps([name for name in json.loads(sys.argv[3]) if name in sys.modules]))
"""
TEXT = {"properties": {"text": {"type": "string"}}}
OPERATOR = {"properties": {"h": {"format": "sparse-pauli-op"}}}


def imported(*words, parameters=None):
    from pathlib import Path

    tests = str(Path(__file__).parents[3])
    arguments = [tests, json.dumps(parameters or {}), json.dumps(HEAVY), *words]
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(ran.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("words", "parameters", "more"),
    [
        (("jobs",), {}, set()),
        (("result", "job_1"), {}, set()),
        (("logs", "job_1"), {}, set()),
        (("submit", "vqe"), {}, set()),
        (("submit", "vqe", "-i", "text=a"), {}, set()),
        (("submit", "vqe", "-i", "text=a"), TEXT, {"jsonschema"}),
        (("submit", "vqe", "-i", 'h={"Z": 1}'), OPERATOR, {"qiskit"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_command_of_the_service_imports_requests_and_what_it_judges(
    words, parameters, more
):
    found = imported(*words, parameters=parameters)
    assert found - {"requests"} >= more
    if "qiskit" not in more:
        assert found == {"requests"} | more


def test_following_imports_the_websocket_and_no_more():
    code = (
        "import sys\n"
        "from program_runtime import errors\n"
        "from toolkit.cli import _main\n"
        "_main.run(['follow', 'job_1', '--profile', 'x'])\n"
        "from program_runtime.client import stream\n"
        f"print([n for n in {HEAVY!r} if n in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert set(eval(ran.stdout)) <= {"requests", "websockets"}
