"""A variational quantum eigensolver that can be watched, stopped and resumed.

The quantum part is one estimator call for each iteration, in ``main``. All else is
plain functions: the ansatz is built and the energies are digested by SPSA,
simultaneous perturbation stochastic approximation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qiskit import transpile
from qiskit.circuit.library import efficient_su2

if TYPE_CHECKING:
    from program_runtime import ProgramBackend, UserMessenger
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp

# The usual constants of SPSA: how fast its steps and its probes shrink.
STEP, STEP_DECAY, STABILITY = 4.0, 0.602, 10
PROBE, PROBE_DECAY = 0.2, 0.101


def build_ansatz(num_qubits: int, reps: int) -> QuantumCircuit:
    """Build the circuit whose parameters are to be found.

    Args:
        num_qubits: As many as the Hamiltonian acts on.
        reps: Number of entangling layers.

    Returns:
        A parametrised circuit without measurements.
    """
    return efficient_su2(num_qubits, reps=reps, entanglement="linear")


def first_point(size: int, seed: int) -> np.ndarray:
    """Choose where to start.

    Args:
        size: Number of parameters.
        seed: The same seed gives the same point.

    Returns:
        Angles in radians, shape ``(size,)``.
    """
    return np.random.default_rng(seed).uniform(-np.pi / 4, np.pi / 4, size)


def choose_direction(size: int, seed: int, iteration: int) -> np.ndarray:
    """Choose in which direction to look for a lower energy.

    A resumed run has to take the directions of the first one, so that each depends
    on the seed and the iteration alone.

    Args:
        size: Number of parameters.
        seed: The program's seed.
        iteration: Counted from 0.

    Returns:
        Plus or minus one for each parameter, shape ``(size,)``.
    """
    return np.random.default_rng([seed, iteration]).choice([-1.0, 1.0], size)


def probe_points(
    point: np.ndarray, direction: np.ndarray, iteration: int
) -> np.ndarray:
    """Lay out the points whose energies one iteration needs.

    Args:
        point: The current parameters, shape ``(n,)``.
        direction: Where to look, shape ``(n,)``.
        iteration: Counted from 0.

    Returns:
        The point itself, one before and one behind it, shape ``(3, n)``.
    """
    shift = probe_size(iteration) * direction
    return np.stack([point, point + shift, point - shift])


def probe_size(iteration: int) -> float:
    """Say how far to look in an iteration, in radians."""
    return PROBE / (iteration + 1) ** PROBE_DECAY


def next_point(
    point: np.ndarray,
    direction: np.ndarray,
    energies: np.ndarray,
    iteration: int,
    scale: float,
) -> np.ndarray:
    """Take one step downhill.

    Args:
        point: The current parameters, shape ``(n,)``.
        direction: Where the probes looked, shape ``(n,)``.
        energies: Those of ``probe_points``, shape ``(3,)``.
        iteration: Counted from 0.
        scale: Energy that the Hamiltonian's terms add up to.

    Returns:
        The new parameters, shape ``(n,)``.
    """
    slope = (energies[1] - energies[2]) / (2 * probe_size(iteration))
    step = STEP / (iteration + 1 + STABILITY) ** STEP_DECAY
    return point - step * slope / scale * direction


def energy_scale(hamiltonian: SparsePauliOp) -> float:
    """Add up what can change of the energy, so that steps fit any Hamiltonian.

    Args:
        hamiltonian: A Hermitian operator.

    Returns:
        The sum of the absolute coefficients without the identity's, or 1.

    Raises:
        ValueError: A coefficient is not real.
    """
    if np.any(np.abs(hamiltonian.coeffs.imag) > 1e-10):
        raise ValueError("The Hamiltonian has coefficients that are not real.")
    acts = np.any(hamiltonian.paulis.x | hamiltonian.paulis.z, axis=1)
    return float(np.abs(hamiltonian.coeffs[acts]).sum()) or 1.0


def main(
    backend: ProgramBackend,
    user_messenger: UserMessenger,
    *,
    hamiltonian: SparsePauliOp,
    iterations: int = 100,
    reps: int = 1,
    seed: int = 7,
) -> dict[str, Any]:
    """Find the ground energy of a Hamiltonian.

    Args:
        backend: Estimates the energies.
        user_messenger: Takes the energy of each iteration.
        hamiltonian: The operator whose lowest eigenvalue is wanted.
        iterations: How many steps to take.
        reps: Number of entangling layers of the ansatz.
        seed: Seed of the first point and of the directions.

    Returns:
        The energy, the parameters that give it, the number of iterations, and whether
        the caller ended the search early.
    """
    scale = energy_scale(hamiltonian)
    ansatz = build_ansatz(hamiltonian.num_qubits, reps)
    circuit = transpile(ansatz, backend, seed_transpiler=seed)
    observable = hamiltonian.apply_layout(circuit.layout)
    estimator = backend.estimator()
    size = circuit.num_parameters

    state = user_messenger.restored or {
        "iteration": 0,
        "point": first_point(size, seed),
    }
    iteration, point = state["iteration"], np.asarray(state["point"])
    while iteration < iterations and not user_messenger.stop_requested:
        direction = choose_direction(size, seed, iteration)
        probes = probe_points(point, direction, iteration)
        energies = estimator.run([(circuit, observable, probes)]).result()[0].data.evs
        user_messenger.publish(
            {
                "iteration": iteration,
                "energy": float(energies[0]),
                "parameters": point.tolist(),
            }
        )
        user_messenger.metric(energy=energies[0], step=iteration)
        point = next_point(point, direction, energies, iteration, scale)
        iteration += 1
        user_messenger.checkpoint({"iteration": iteration, "point": point})

    last = estimator.run([(circuit, observable, point)]).result()[0]
    return {
        "energy": float(last.data.evs),
        "parameters": point.tolist(),
        "iterations": iteration,
        "stopped_early": iteration < iterations,
    }
