"""Quantum kernel alignment: learn the kernel that fits the labels of a data set.

The kernel of two points is the fidelity of their states: prepare one, undo the other,
and see how often nothing is left. A covariant feature map turns an entangled state by
the features; which state it is gets learnt. The quantum part is one sampler call for
all pairs of points; the rest are plain functions.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import ParameterVector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime import ProgramBackend, UserMessenger
    from qiskit.primitives import BaseSamplerV2, BitArray

NUM_QUBITS = 2
SHOTS = 256
# The usual constants of SPSA: how fast its steps and its probes shrink.
STEP, STEP_DECAY, STABILITY = 3.0, 0.602, 5
PROBE, PROBE_DECAY = 0.3, 0.101


def build_feature_map(
    features: Sequence[Any], parameters: Sequence[Any]
) -> QuantumCircuit:
    """Build the circuit that prepares the state of one point.

    Args:
        features: Two angles, numbers or circuit parameters.
        parameters: Two angles of the state that the features turn.

    Returns:
        A circuit of two qubits.
    """
    circuit = QuantumCircuit(NUM_QUBITS)
    for qubit in range(NUM_QUBITS):
        circuit.ry(parameters[qubit], qubit)
    circuit.cx(0, 1)
    for qubit in range(NUM_QUBITS):
        circuit.rz(features[qubit], qubit)
    return circuit


def build_fidelity_circuit() -> QuantumCircuit:
    """Build the circuit that compares two points.

    Returns:
        A circuit with six parameters, sorted by name: the first point's features, the
        second's, and those of the feature map. All zeros is what equal states give.
    """
    first, second, shared = (ParameterVector(name, NUM_QUBITS) for name in "abt")
    circuit = build_feature_map(first, shared)
    circuit.compose(build_feature_map(second, shared).inverse(), inplace=True)
    circuit.measure_all()
    return circuit


def pair_values(features: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Lay out the parameter values that one kernel needs.

    Args:
        features: Shape ``(points, 2)``, in radians.
        parameters: Shape ``(2,)``, in radians.

    Returns:
        A row for each pair of points, shape ``(pairs, 6)``.
    """
    return np.array(
        [
            np.concatenate([features[first], features[second], parameters])
            for first, second in combinations(range(len(features)), 2)
        ]
    )


def assemble_kernel(fidelities: Sequence[float], num_points: int) -> np.ndarray:
    """Assemble the kernel matrix.

    Args:
        fidelities: One for each pair of points.
        num_points: How many points there are.

    Returns:
        A symmetric matrix with ones on its diagonal, shape ``(points, points)``.
    """
    kernel = np.eye(num_points)
    for (first, second), fidelity in zip(
        combinations(range(num_points), 2), fidelities, strict=True
    ):
        kernel[first, second] = kernel[second, first] = fidelity
    return kernel


def alignment(kernel: np.ndarray, labels: Sequence[int]) -> float:
    """Compute how well a kernel fits the labels.

    Args:
        kernel: Shape ``(points, points)``.
        labels: 1 or -1 for each point.

    Returns:
        The cosine between the kernel and the ideal one, at most 1.
    """
    signs = np.asarray(labels, dtype=float)
    return float(signs @ kernel @ signs / (len(signs) * np.linalg.norm(kernel)))


def read_fidelities(bits: BitArray) -> list[float]:
    """Read how often each circuit gave all zeros.

    Args:
        bits: What was measured, shape ``(pairs,)``.

    Returns:
        A share between 0 and 1 for each pair.
    """
    zeros = ~bits.array.any(axis=-1)
    return zeros.mean(axis=-1).tolist()


def choose_course(iterations: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose all that is random beforehand, so that a resumed run has it, too.

    Args:
        iterations: How many steps to take.
        seed: The same seed gives the same course.

    Returns:
        The first parameters in radians, shape ``(2,)``, and plus or minus one for each
        parameter and step, shape ``(iterations, 2)``.
    """
    random = np.random.default_rng(seed)
    first = random.uniform(-np.pi, np.pi, NUM_QUBITS)
    return first, random.choice([-1.0, 1.0], (iterations, NUM_QUBITS))


class Kernel:
    """Measure kernels of one data set.

    Args:
        sampler: Runs the circuits.
        circuit: The fidelity circuit, transpiled for the backend.
        features: Shape ``(points, 2)``, in radians.
    """

    def __init__(
        self, sampler: BaseSamplerV2, circuit: QuantumCircuit, features: np.ndarray
    ) -> None:
        self._sampler = sampler
        self._circuit = circuit
        self._features = features

    def measure(self, points: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Measure the kernel at several parameters in one call.

        Args:
            points: Parameters of the feature map, each of shape ``(2,)``.

        Returns:
            A kernel for each of them.
        """
        pubs = [(self._circuit, pair_values(self._features, each)) for each in points]
        results = self._sampler.run(pubs, shots=SHOTS).result()
        return [
            assemble_kernel(read_fidelities(result.data.meas), len(self._features))
            for result in results
        ]


def main(
    backend: ProgramBackend,
    user_messenger: UserMessenger,
    *,
    features: np.ndarray,
    labels: list[int],
    iterations: int = 20,
    seed: int = 7,
) -> dict[str, Any]:
    """Align a quantum kernel with the labels of a data set.

    Args:
        backend: Samples the circuits.
        user_messenger: Takes the alignment of each iteration.
        features: Two angles in radians for each point, shape (points, 2).
        labels: The class of each point, 1 or -1.
        iterations: How many steps to take.
        seed: Seed of the first parameters and of the directions.

    Returns:
        The kernel, its alignment, the alignment before the first step, the parameters
        of the kernel, the number of steps taken, and whether the caller ended it early.

    Raises:
        ValueError: There are not as many labels as points.
    """
    if len(features) != len(labels):
        raise ValueError(f"There are {len(features)} points and {len(labels)} labels.")
    circuit = transpile(build_fidelity_circuit(), backend, seed_transpiler=seed)
    kernel = Kernel(backend.sampler(), circuit, features)
    first, directions = choose_course(iterations, seed)
    state = user_messenger.restored or {"point": first, "history": []}
    point, history = np.asarray(state["point"]), state["history"]
    for iteration in range(len(history), iterations):
        probe = PROBE / (iteration + 1) ** PROBE_DECAY
        direction = directions[iteration]
        shift = probe * direction
        kernels = kernel.measure([point, point + shift, point - shift])
        here, ahead, behind = (alignment(each, labels) for each in kernels)
        history.append(here)
        user_messenger.publish(
            {"iteration": iteration, "alignment": here, "parameters": point.tolist()}
        )
        user_messenger.metric(alignment=here, step=iteration)
        step = STEP / (iteration + 1 + STABILITY) ** STEP_DECAY
        point = point + step * (ahead - behind) / (2 * probe) * direction
        user_messenger.checkpoint({"point": point, "history": history})
        if user_messenger.stop_requested:
            break
    [aligned] = kernel.measure([point])
    return {
        "kernel": aligned,
        "alignment": alignment(aligned, labels),
        "first_alignment": history[0],
        "parameters": point.tolist(),
        "iterations": len(history),
        "stopped_early": len(history) < iterations,
    }
