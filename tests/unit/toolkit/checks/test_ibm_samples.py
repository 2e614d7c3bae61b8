"""Programs of the years before Qiskit 1: what of theirs is gone is named, and no more."""

from pathlib import Path

import pytest

from toolkit.checks import run_checks

SAMPLES = Path(__file__).parents[3] / "data" / "ibm_samples"
BODY = "\n\ndef main(backend, user_messenger, *, text, times=2): ...\n"
GONE = {
    "hello_world": (
        "from qiskit_ibm_runtime.program import UserMessenger, ProgramBackend",
        ["program_runtime", "program_runtime"],
    ),
    "sample_vqe": (
        """\
import numpy as np
import mthree
import qiskit.circuit.library.n_local as lib_local
from qiskit.algorithms import VQE
from qiskit.algorithms.optimizers import SPSA
from qiskit.opflow import PauliSumOp
from qiskit.utils import QuantumInstance
from scipy.optimize import OptimizeResult""",
        [
            "qiskit-algorithms",
            "qiskit-algorithms",
            "SparsePauliOp",
            "backend.sampler()",
        ],
    ),
    "sample_expval": (
        """\
from qiskit import QuantumCircuit, transpile, execute
from qiskit.ignis.mitigation.measurement import CompleteMeasFitter
from qiskit.result.mitigation.utils import expval_with_stddev""",
        ["backend.run(", "mthree", "mthree"],
    ),
    "qka": (
        """\
from qiskit.compiler import assemble, transpile
from qiskit.providers.ibmq.runtime import UserMessenger, ProgramBackend
from qiskit.providers import BackendV1
from qiskit.result import Result""",
        [
            "backend.run(",
            "program_runtime.UserMessenger",
            "program_runtime.ProgramBackend",
            "main is given",
        ],
    ),
}


@pytest.mark.parametrize("name", sorted(GONE))
def test_each_removed_import_is_named_with_its_replacement(make_project, name):
    header, replacements = GONE[name]
    found = run_checks(make_project(program=header + BODY))
    removed = [f for f in found if f.code == "QRT140"]
    assert len(removed) == len(replacements), [f.message for f in found]
    for finding, words in zip(removed, replacements, strict=True):
        assert finding.message.endswith(" no longer exists.")
        assert words in finding.hint
        assert finding.line
    assert not [f for f in found if f.code == "QRT121"], found


@pytest.mark.parametrize("name", sorted(GONE))
def test_what_is_written_for_today_imports_nothing_that_is_gone(make_project, name):
    source = (SAMPLES / f"{name}.py").read_text()
    found = run_checks(make_project(program=source))
    codes = {f.code for f in found}
    assert not codes & {"QRT120", "QRT121", "QRT122", "QRT140", "QRT141"}, found
