"""Callbacks of one job after another decode circuits in threads that end."""

import subprocess
import sys
import threading

import pytest
from qiskit import QuantumCircuit

from program_runtime import codec
from program_runtime.codec.lasting_import import import_lasting

# Without the lasting import a process of Qiskit 2.6 ends here with signal 11.
SCRIPT = """
import sys, threading
from program_runtime.codec import decode

def use():
    circuit = decode(sys.argv[1])
    from qiskit import transpile
    transpile(circuit, basis_gates=["u", "cx"])

for _ in range(6):
    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
"""


def test_threads_that_end_leave_what_they_decoded_with_to_those_that_follow():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    text = codec.encode(circuit)
    ended = subprocess.run([sys.executable, "-c", SCRIPT, text], check=False)
    assert ended.returncode == 0


def test_what_can_not_be_imported_is_said_where_it_was_asked_for(monkeypatch):
    said = []

    def ask():
        try:
            import_lasting("program_runtime.codec.no_such_module")
        except ModuleNotFoundError as error:
            said.append(str(error))

    monkeypatch.delitem(sys.modules, "qiskit")
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(10)
    assert said == ["No module named 'program_runtime.codec.no_such_module'"]
    with pytest.raises(ModuleNotFoundError):
        import_lasting("program_runtime.codec.no_such_module")
