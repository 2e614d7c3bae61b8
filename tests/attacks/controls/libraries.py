"""Imports what the base environment offers and uses a little of each."""

import numpy as np
import scipy.linalg
from qiskit.quantum_info import Statevector
from qiskit_aer import AerSimulator

CONTROL = {"expects": [5.0, 2, 1.0]}


def main(backend, user_messenger):
    rank = int(np.linalg.matrix_rank(np.eye(2)))
    norm = float(scipy.linalg.norm([3.0, 4.0]))
    assert AerSimulator().name
    return [norm, rank, float(Statevector.from_label("0").probabilities()[0])]
