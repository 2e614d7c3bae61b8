"""Threads that come one after another and use Qiskit."""

import subprocess
import sys

# Without the first line a process of Qiskit 2.6 ends here with signal 11.
SCRIPT = """
import threading

from toolkit.harness.lasting_import import import_qiskit_here


def use():
    from qiskit.quantum_info import SparsePauliOp

    SparsePauliOp.from_list([("XZ", 1.0), ("ZZ", 2.0)]).simplify()


import_qiskit_here()
for _ in range(6):
    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
"""


def test_threads_that_end_leave_qiskit_to_those_that_follow():
    ended = subprocess.run([sys.executable, "-c", SCRIPT], check=False)
    assert ended.returncode == 0
