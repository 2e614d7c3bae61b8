"""Maximum cut of a graph with the quantum approximate optimisation algorithm.

The nodes of a graph are to be coloured with two colours so that as many edges as
possible join nodes of different colours. The quantum part is one sampler call for each
evaluation, in ``main``; circuits are built and counts digested by plain functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import ParameterVector
from scipy.optimize import minimize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from program_runtime import ProgramBackend, UserMessenger

Edges = list[list[int]]
RAMP_ANGLE = 0.8


class _FinishNowError(Exception):
    """Leaves the optimiser when the caller asks for the result."""


def count_nodes(edges: Edges) -> int:
    """Count the nodes of a graph, which are numbered from 0.

    Args:
        edges: Pairs of nodes.

    Returns:
        One more than the largest number.

    Raises:
        ValueError: There is no edge, or an edge leads back to its own node.
    """
    if not edges:
        raise ValueError("The graph has no edges.")
    for first, second in edges:
        if first == second:
            raise ValueError(f"The edge [{first}, {second}] joins a node to itself.")
    return 1 + max(max(edge) for edge in edges)


def build_circuit(edges: Edges, layers: int) -> QuantumCircuit:
    """Build the circuit of the algorithm.

    Args:
        edges: Pairs of nodes.
        layers: How often costs and mixing alternate.

    Returns:
        A circuit that measures all nodes; its parameters, sorted by name, are the
        mixing angles ``beta`` and then the cost angles ``gamma``.
    """
    nodes = range(count_nodes(edges))
    beta, gamma = ParameterVector("beta", layers), ParameterVector("gamma", layers)
    circuit = QuantumCircuit(len(nodes))
    circuit.h(nodes)
    for layer in range(layers):
        for first, second in edges:
            circuit.rzz(-gamma[layer], first, second)
        circuit.rx(2 * beta[layer], nodes)
    circuit.measure_all()
    return circuit


def first_angles(layers: int) -> np.ndarray:
    """Start as annealing would: costs fade in while mixing fades out.

    Args:
        layers: How often costs and mixing alternate.

    Returns:
        Angles in radians, shape ``(2 * layers,)``, in the circuit's order.
    """
    ramp = (np.arange(layers) + 0.5) / layers
    return RAMP_ANGLE * np.concatenate([1 - ramp, ramp])


def cut_value(edges: Edges, colours: str) -> int:
    """Count the edges that a colouring cuts.

    Args:
        edges: Pairs of nodes.
        colours: One bit for each node, node 0 first.

    Returns:
        How many edges join different colours.
    """
    return sum(colours[first] != colours[second] for first, second in edges)


def digest_counts(edges: Edges, counts: Mapping[str, int]) -> tuple[float, str]:
    """Digest what one evaluation measured.

    Args:
        edges: Pairs of nodes.
        counts: How often each bit string was measured, node 0 last as Qiskit has it.

    Returns:
        The mean cut, and the best colouring that was seen, node 0 first.
    """
    values = {bits[::-1]: cut_value(edges, bits[::-1]) for bits in counts}
    total = sum(values[bits[::-1]] * count for bits, count in counts.items())
    best = max(values, key=lambda colours: (values[colours], colours))
    return total / sum(counts.values()), best


class Search:
    """The evaluations of one run, and the best colouring among them.

    A resumed run asks for the same angles again, since the optimiser knows nothing but
    what was measured: these evaluations are answered from the checkpoint.

    Args:
        backend: Samples the circuits.
        user_messenger: Takes each evaluation.
        edges: Pairs of nodes.
        circuit: The circuit, transpiled for the backend.
    """

    def __init__(
        self,
        backend: ProgramBackend,
        user_messenger: UserMessenger,
        edges: Edges,
        circuit: QuantumCircuit,
    ) -> None:
        self._sampler = backend.sampler()
        self._messenger = user_messenger
        self._edges = edges
        self._circuit = circuit
        state = user_messenger.restored or {"mean_cuts": [], "best": None}
        self._known: list[float] = state["mean_cuts"]
        self.mean_cuts: list[float] = []
        self.best: str = state["best"] or "0" * count_nodes(edges)

    @property
    def best_cut(self) -> int:
        """The cut of the best colouring so far."""
        return cut_value(self._edges, self.best)

    def evaluate(self, angles: Sequence[float]) -> float:
        """Measure one set of angles.

        Args:
            angles: In radians, in the circuit's order.

        Returns:
            The negative mean cut, for a minimiser.
        """
        if len(self.mean_cuts) < len(self._known):
            self.mean_cuts.append(self._known[len(self.mean_cuts)])
            return -self.mean_cuts[-1]
        if self.mean_cuts and self._messenger.stop_requested:
            raise _FinishNowError
        result = self._sampler.run([(self._circuit, angles)]).result()[0]
        mean, best = digest_counts(self._edges, result.data.meas.get_counts())
        if cut_value(self._edges, best) > self.best_cut:
            self.best = best
        self._messenger.publish(
            {
                "evaluation": len(self.mean_cuts),
                "mean_cut": mean,
                "best_cut": self.best_cut,
                "best": self.best,
            }
        )
        self._messenger.metric(mean_cut=mean, step=len(self.mean_cuts))
        self.mean_cuts.append(mean)
        self._messenger.checkpoint({"mean_cuts": self.mean_cuts, "best": self.best})
        return -mean


def main(
    backend: ProgramBackend,
    user_messenger: UserMessenger,
    *,
    edges: Edges,
    layers: int = 2,
    evaluations: int = 50,
    seed: int = 7,
) -> dict[str, Any]:
    """Look for the colouring that cuts most edges of a graph.

    Args:
        backend: Samples the circuits.
        user_messenger: Takes each evaluation.
        edges: Pairs of nodes, which are numbered from 0.
        layers: How often costs and mixing alternate.
        evaluations: How many sets of angles to try at most.
        seed: Seed of the transpiler, which chooses the qubits.

    Returns:
        The best colouring, node 0 first, the edges it cuts, the mean cut of the first
        and of the best angles, the number of evaluations, and whether the caller ended
        the search early.
    """
    circuit = transpile(build_circuit(edges, layers), backend, seed_transpiler=seed)
    search = Search(backend, user_messenger, edges, circuit)
    stopped_early = False
    try:
        minimize(
            search.evaluate,
            first_angles(layers),
            method="COBYLA",
            options={"maxiter": evaluations, "rhobeg": 0.3},
        )
    except _FinishNowError:
        stopped_early = True
    return {
        "best": search.best,
        "best_cut": search.best_cut,
        "first_mean_cut": search.mean_cuts[0],
        "best_mean_cut": max(search.mean_cuts),
        "evaluations": len(search.mean_cuts),
        "stopped_early": stopped_early,
    }
