"""Which imports find their module on the service."""

import importlib
import re

import pytest

from toolkit.checks import distributions, run_checks
from toolkit.checks.moved_names import DROP_INS
from toolkit.checks.removed import replacement
from toolkit.checks.removed_names import REMOVED_IMPORTS

NAME = r"\b(?:qiskit|qiskit_aer|program_runtime)(?:\.\w+)+"
MAIN = "\ndef main(backend, user_messenger, *, text, times=2): ...\n"


def findings(make_project, program, *, dependencies=(), files=None):
    listed = ", ".join(f'"{name}"' for name in dependencies)
    pyproject = f"[project]\ndependencies = [{listed}]\n"
    root = make_project(
        program=program + MAIN, files={"pyproject.toml": pyproject, **(files or {})}
    )
    return [(f.code, f.message, f.line) for f in run_checks(root)]


@pytest.mark.parametrize(
    "program",
    [
        "import os.path, json, __future__",
        "import qiskit, qiskit_aer, numpy as np, scipy.optimize, mthree, rustworkx",
        "from program_runtime import UserMessenger",
        "import core\nimport pkg.part\nfrom pkg import part, value\nfrom pkg.part import *",
        "from core import anything",
        "try:\n    import cupy\nexcept ImportError:\n    cupy = None",
        "try:\n    import cupy\nexcept (OSError, ModuleNotFoundError):\n    pass",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas",
        "import typing\nif typing.TYPE_CHECKING:\n    import pandas",
        "import native",
    ],
)
def test_what_is_there_is_no_finding(make_project, program):
    files = {
        "core.py": "",
        "pkg/__init__.py": "from . import part\nfrom .part import x\nvalue = 1",
        "pkg/part.py": "from pkg import value",
        "native.cpython-311-x86_64-linux-gnu.so": b"",
    }
    assert findings(make_project, program, files=files) == []


@pytest.mark.parametrize(
    ("imported", "declared"),
    [
        ("sklearn", "scikit-learn>=1.4"),
        ("yaml", "PyYAML"),
        ("PIL", "Pillow[extra]; python_version > '3'"),
        ("google.cloud.storage", "google-cloud-storage"),
        ("qiskit_algorithms", "qiskit-algorithms"),
        ("dateutil", "python-dateutil"),
        ("pkg_resources", "setuptools"),
        ("a_b", "A.B"),
    ],
)
def test_a_declared_requirement_is_no_finding(make_project, imported, declared):
    assert findings(make_project, f"import {imported}", dependencies=[declared]) == []


@pytest.mark.parametrize(
    ("program", "code", "words", "line"),
    [
        ("import pandas", "QRT121", "pandas is imported", 1),
        ("def f():\n    import pandas", "QRT121", "pandas is imported", 2),
        ("if 1:\n    pass\nelse:\n    import pandas", "QRT121", "pandas", 4),
        ("try:\n    import pandas\nexcept OSError: ...", "QRT121", "pandas", 2),
        ("import toolkit", "QRT121", "toolkit is imported", 1),
        ("import pkg.gone", "QRT120", "There is no module pkg.gone.", 1),
        ("from pkg.gone import x", "QRT120", "There is no module pkg.gone.", 1),
        ("import tests.data", "QRT120", "tests is left out of the bundle", 1),
        ("import coree", "QRT120", "There is no module coree.", 1),
    ],
)
def test_what_is_not_there_is_a_finding(make_project, program, code, words, line):
    files = {"core.py": "", "pkg/part.py": ""}
    ((found, message, at),) = findings(make_project, program, files=files)

    assert (found, at) == (code, line)
    assert words in message


def test_the_toolkit_is_not_there_when_a_program_runs(make_project):
    root = make_project(program="import toolkit" + MAIN)

    assert [f.hint for f in run_checks(root)] == [
        "It is not there when a program runs; use program_runtime."
    ]


def test_only_files_that_the_program_reaches_are_judged(make_project):
    files = {
        "used.py": "import deeper",
        "deeper.py": "import pandas",
        "docs/conf.py": "import sphinx\nprint(1)\nx = = 1",
    }
    root = make_project(program="import used" + MAIN, files=files)

    assert [(f.code, f.path) for f in run_checks(root)] == [("QRT121", "deeper.py")]


def test_a_repeated_import_is_one_finding(make_project):
    found = findings(make_project, "import pandas\nimport pandas.io")

    assert [code for code, *_ in found] == ["QRT121"]


def test_removed_names_are_warned_of_and_not_called_undeclared(make_project):
    program = """\
from qiskit import execute, IBMQ, QuantumCircuit
from qiskit.providers.aer import QasmSimulator
from qiskit_ibm_runtime.program import UserMessenger
try:
    from qiskit.algorithms import VQE
except ImportError:
    VQE = None
"""
    found = findings(make_project, program)

    assert [(code, message) for code, message, _ in found] == [
        ("QRT140", "qiskit.execute no longer exists."),
        ("QRT140", "qiskit.IBMQ no longer exists."),
        ("QRT140", "qiskit.providers.aer.QasmSimulator no longer exists."),
        ("QRT140", "qiskit_ibm_runtime.program.UserMessenger no longer exists."),
    ]


def test_what_is_below_a_removed_name_is_removed_too():
    assert (
        replacement("qiskit.opflow.primitive_ops.X") == REMOVED_IMPORTS["qiskit.opflow"]
    )
    assert replacement("qiskit.circuit.library.EfficientSU2") is None
    assert replacement("qiskit") is None


def is_there(name):
    module, _, attribute = name.rpartition(".")
    try:
        importlib.import_module(name)
    except ImportError:
        try:
            return hasattr(importlib.import_module(module), attribute)
        except ImportError:
            return False
    return True


@pytest.mark.filterwarnings("ignore")
def test_every_removed_name_is_gone_indeed():
    assert [name for name in (*REMOVED_IMPORTS, *DROP_INS) if is_there(name)] == []


@pytest.mark.filterwarnings("ignore")
def test_everything_that_moved_is_at_its_new_place():
    assert [name for name in DROP_INS.values() if not is_there(name)] == []


@pytest.mark.filterwarnings("ignore")
def test_what_is_named_as_a_replacement_is_there():
    words = {w for t in REMOVED_IMPORTS.values() for w in re.findall(NAME, t)}

    assert [word for word in sorted(words) if not is_there(word)] == [
        "qiskit.quantum_info.Statevector.from_label"  # a method, which no import finds
    ]


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("import qiskit\nqiskit.execute(1)", [("qiskit.execute", 2)]),
        ("import qiskit as q\nx = lambda: q.IBMQ.load()", [("qiskit.IBMQ.load", 2)]),
        (
            "from qiskit import providers as p\np.aer.QasmSimulator\np.aer.noise",
            [
                ("qiskit.providers.aer.QasmSimulator", 2),
                ("qiskit.providers.aer.noise", 3),
            ],
        ),
        ("from qiskit import circuit\ndef f(circuit): circuit.bit", []),
        ("import qiskit\nfor qiskit in (): qiskit.execute", []),
        ("import qiskit\nqiskit.QuantumCircuit(1).execute()", []),
        (
            "from qiskit.providers.fake_provider import FakeLagosV2, GenericBackendV2",
            [("qiskit.providers.fake_provider.FakeLagosV2", 1)],
        ),
    ],
)
def test_uses_of_removed_names_are_found(make_project, program, found):
    messages = [
        (message.removesuffix(" no longer exists."), line)
        for code, message, line in findings(make_project, program)
        if code == "QRT140"
    ]
    assert messages == found


def test_names_of_distributions_are_compared_as_indexes_do():
    assert distributions.requirement_name("  Foo.Bar_baz [x] >= 1") == "foo-bar-baz"
    assert distributions.requirement_name("!!") is None
    assert distributions.distribution_of("cv2") == "opencv-python"
    assert not distributions.covers((), "pandas")
