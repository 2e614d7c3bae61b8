"""The pytest plugin, in a pytest run of its own."""

import os
import subprocess
import sys

import pytest

TESTS = """
import pytest
from toolkit.errors import SampleNotFoundError

def test_inputs(run_program):
    assert run_program({"text": "ab"}).result == {"length": 4}

def test_a_sample(run_program):
    done = run_program(sample="short", seed=1, shots=10, max_time_s=30)
    assert done.result == {"length": 6}
    assert done.interim == [{"step": 0}]

def test_inputs_win_over_the_sample(run_program):
    assert run_program({"times": 1}, sample="short").result == {"length": 3}

def test_an_unknown_sample(run_program):
    with pytest.raises(SampleNotFoundError, match="Did you mean 'short'"):
        run_program(sample="shrt")

def test_the_project(program_project):
    assert program_project.metadata.name == "hello"

def test_the_messenger(recording_messenger):
    recording_messenger.publish({"n": 1})
    assert recording_messenger.messages == [{"n": 1}]
"""


def pytest_in(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments],
        cwd=folder,
        # As on the machine of an author, wherever this test runs.
        env={**os.environ, "CI": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_fixtures_run_the_program(make_project):
    root = make_project(files={"tests/test_program.py": TESTS})
    done = pytest_in(root, "-W", "error")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


def test_a_failing_program_shows_its_own_traceback(make_project):
    test = "def test_it(run_program):\n    assert run_program({'text': 'a'}).result\n"
    program = "def main(backend, user_messenger, *, text, times=1):\n    return 1 / 0\n"
    root = make_project(program=program, files={"tests/test_program.py": test})
    done = pytest_in(root)

    assert done.returncode == 1
    assert 'File "program.py", line 2, in main' in done.stdout
    assert "ZeroDivisionError: division by zero" in done.stdout


def test_outside_of_a_project_the_fixture_says_where_it_works(tmp_path):
    (tmp_path / "test_it.py").write_text("def test_it(run_program): assert 0\n")
    done = pytest_in(tmp_path)

    assert done.returncode == 1
    assert f"There is no program.json in {tmp_path} or above it" in done.stdout


@pytest.mark.parametrize("heavy", ["qiskit", "numpy", "program_runtime", "jsonschema"])
def test_loading_the_plugin_imports_nothing_heavy(heavy):
    code = (
        "import sys, toolkit.harness.pytest_plugin as plugin\n"
        f"sys.exit({heavy!r} in sys.modules or not plugin.run_program)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
