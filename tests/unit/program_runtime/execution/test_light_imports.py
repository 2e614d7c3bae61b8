"""The supervisor's side stays out of Qiskit's way."""

import subprocess
import sys


def test_the_supervisors_side_imports_neither_qiskit_nor_numpy():
    script = (
        "import sys\n"
        "from program_runtime.execution import *\n"
        "import program_runtime.execution.supervisor\n"
        "heavy = {'qiskit', 'qiskit_aer', 'numpy', 'scipy', 'jsonschema'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
