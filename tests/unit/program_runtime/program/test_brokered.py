"""Circuits on their way to a device: the same ones are the same bytes, everywhere."""

import os
import subprocess
import sys

import pytest

PACKED = """
import hashlib, json
from qiskit import QuantumCircuit, transpile
from program_runtime import backends
from program_runtime.backends.target import target_of
from program_runtime.program.brokered import pack_circuits

described = backends.describe_backend("fake_manila")
target = target_of(described["configuration"], described["properties"])
for _ in range({earlier}):
    QuantumCircuit(1)
circuit = QuantumCircuit(3)
circuit.h(0)
circuit.cx(0, [1, 2])
circuit.measure_all()
ready = transpile(circuit, target=target, seed_transpiler=1)
print(hashlib.sha256(pack_circuits([ready])).hexdigest())
print(hashlib.sha256(json.dumps(described).encode()).hexdigest())
"""


@pytest.mark.timeout(240)
def test_a_restarted_service_recognises_circuits_and_devices():
    """Its processes hash otherwise, and have made other circuits before."""
    found = {
        subprocess.run(
            [sys.executable, "-c", PACKED.format(earlier=seed)],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in (0, 1, 2, 5)
    }

    assert len(found) == 1
