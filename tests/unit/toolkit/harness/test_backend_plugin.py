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


# Plugins that cost seconds and have no part in this.
OTHERS = ("randomly", "schemathesis", "hypothesispytest", "xdist", "anyio")


def test_tests_that_ask_for_it_run_once_for_each_backend(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    words = ["-v", "-p", "no:cacheprovider", "--qrt-backends", "aer_simulator,fake_x"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": f"-p no:{' -p no:'.join(OTHERS)}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_on_each[aer_simulator] PASSED" in done.stdout
    assert "test_on_each[fake_x] PASSED" in done.stdout
    assert "2 passed, 1 deselected" in done.stdout


def config(names=None):
    deselected = []

    def keep(items):
        deselected.extend(items)

    hook = SimpleNamespace(pytest_deselected=keep)
    return SimpleNamespace(
        getoption=lambda name: names, hook=hook, deselected=deselected
    )


def test_without_a_choice_they_run_on_the_simulator_and_others_too():
    made, plain = [], config()
    metafunc = SimpleNamespace(
        config=plain,
        fixturenames=["backend_name"],
        parametrize=lambda *given, ids: made.append((*given, ids)),
    )
    backend_plugin.pytest_generate_tests(metafunc)
    items = [SimpleNamespace()]
    backend_plugin.pytest_collection_modifyitems(plain, items)

    assert made == [("backend_name", ["aer_simulator"], ["aer_simulator"])]
    assert len(items) == 1


def test_with_a_choice_others_are_left_out():
    chosen = config("a, b")
    asking = SimpleNamespace(fixturenames=["backend_name"])
    items = [other := SimpleNamespace(fixturenames=[]), asking]
    backend_plugin.pytest_collection_modifyitems(chosen, items)

    assert items == [asking]
    assert chosen.deselected == [other]
