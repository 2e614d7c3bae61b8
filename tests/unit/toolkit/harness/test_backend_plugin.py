"""The fixture ``backend_name``, in a pytest run of its own."""

import os
import subprocess
import sys
from types import SimpleNamespace

from toolkit.harness import backend_plugin

TESTS = """
seen = []

def test_on_each(backend_name):
    seen.append(backend_name)

def test_of_something_else():
    pass
"""


def test_tests_that_ask_for_it_run_once_for_each_backend(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    words = ["-v", "-p", "no:cacheprovider", "--qrt-backends", "aer_simulator,fake_x"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": "-p no:randomly"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_on_each[aer_simulator] PASSED" in done.stdout
    assert "test_on_each[fake_x] PASSED" in done.stdout
    assert "2 passed, 1 deselected" in done.stdout


def test_without_a_choice_they_run_on_the_simulator():
    made = []
    config = SimpleNamespace(getoption=lambda name: None)
    metafunc = SimpleNamespace(
        config=config,
        fixturenames=["backend_name"],
        parametrize=lambda *given, ids: made.append((*given, ids)),
    )
    backend_plugin.pytest_generate_tests(metafunc)
    items = [SimpleNamespace()]
    backend_plugin.pytest_collection_modifyitems(config, items)

    assert made == [("backend_name", ["aer_simulator"], ["aer_simulator"])]
    assert len(items) == 1
