"""Expectation values of diagonal operators, with their standard deviations."""

# ruff: noqa: B006, PLR0917 - the signature is that of the contract

import numpy as np
from qiskit import transpile

DIAGONALS = {"I": (1, 1), "Z": (1, -1), "0": (1, 0), "1": (0, 1)}


def moments(counts, operator):
    """Return mean and standard error of an operator over counts."""
    shots = sum(counts.values())
    found = {
        bits: np.prod(
            [DIAGONALS[o][int(b)] for o, b in zip(operator, bits, strict=True)]
        )
        for bits in counts
    }
    mean = sum(found[bits] * n for bits, n in counts.items()) / shots
    square = sum(found[bits] ** 2 * n for bits, n in counts.items()) / shots
    return float(mean), float(np.sqrt(max(square - mean**2, 0) / shots))


def main(
    backend,
    user_messenger,
    circuits,
    expectation_operators="",
    shots=8192,
    transpiler_config={},
    run_config={},
    skip_transpilation=False,
    return_stddev=False,
    use_measurement_mitigation=False,
):
    single = not isinstance(circuits, (list, tuple))
    circuits = [circuits] if single else list(circuits)
    if isinstance(expectation_operators, str):
        expectation_operators = [expectation_operators] * len(circuits)
    operators = [
        operator or "Z" * circuit.num_clbits
        for operator, circuit in zip(expectation_operators, circuits, strict=True)
    ]
    if not skip_transpilation:
        circuits = transpile(circuits, backend, **transpiler_config)
    counts = backend.run(circuits, shots=shots, **run_config).result().get_counts()
    counts = counts if isinstance(counts, list) else [counts]
    found = list(map(moments, counts, operators))
    found = found if return_stddev else [mean for mean, _ in found]
    return found[0] if single else found
