"""What a zygote imports, so that no job has to."""

import subprocess
import sys

SCRIPT = """
import sys
from program_runtime.execution.preload import preload
preload()
before = set(sys.modules)
from qiskit import QuantumCircuit, transpile
from qiskit_aer import AerSimulator
transpile(QuantumCircuit(1), AerSimulator())
late = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(late & {"qiskit_ibm_runtime", "ibm_platform_services", "stevedore"}))
"""


def test_the_first_transpile_imports_no_plugin():
    words = [sys.executable, "-W", "ignore", "-c", SCRIPT]
    found = subprocess.run(words, check=True, capture_output=True, text=True)
    assert found.stdout.split() == []
