"""Noise averaged out or kept away: twirling and dynamical decoupling."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qiskit import QuantumCircuit

    from program_runtime.primitives.execution import Runner
    from program_runtime.primitives.machine import Machine
    from program_runtime.primitives.options import Options

__all__ = ["Suppressed", "suppressed"]

_RANDOMIZATIONS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Twirling:
    """Which parts of a circuit are dressed in random gates that cancel."""

    gates: bool = False
    measure: bool = False
    randomizations: int | None = None
    shots_each: int | None = None

    def split(self, shots: int) -> tuple[int, int]:
        """Return how many randomizations there are, and the shots of each."""
        count = self.randomizations
        if count is None and self.shots_each is not None:
            count = -(-shots // self.shots_each)
        count = min(count or _RANDOMIZATIONS, shots)
        return count, -(-shots // count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoupling:
    """How idle qubits are kept from drifting."""

    slack: str = "middle"
    method: str = "alap"
    skip_reset_qubits: bool = True


def suppressed(
    runner: Runner, options: Options, machine: Machine, *, seed: int | None
) -> Runner | Suppressed:
    """Read the options that are about suppressing errors.

    Args:
        runner: Runs circuits.
        options: Of the job.
        machine: Runs the circuits.
        seed: Of the random gates.

    Returns:
        The runner itself if nothing is asked for.
    """
    twirling = _twirling(options)
    decoupling = _decoupling(options, machine)
    if decoupling is None and not (twirling.gates or twirling.measure):
        return runner
    return Suppressed(runner, machine, twirling, decoupling, seed)


class Suppressed:
    """Runs circuits in random dresses, and takes them off the outcomes."""

    def __init__(
        self,
        runner: Runner,
        machine: Machine,
        twirling: Twirling,
        decoupling: Decoupling | None,
        seed: int | None,
    ) -> None:
        self._runner = runner
        self._machine = machine
        self._twirling = twirling
        self._decoupling = decoupling
        self._random = np.random.default_rng(seed)

    def memory(
        self, circuits: Sequence[QuantumCircuit], shots: int
    ) -> list[Sequence[str]]:
        """Run circuits and return the outcome of each shot."""
        dressed, flips, each = self._dress(circuits, shots)
        found = self._runner.memory(dressed, each)
        count = len(dressed) // max(1, len(circuits))
        return [
            [
                hex(int(outcome, 16) ^ flips[index])
                for index in range(start, start + count)
                for outcome in found[index]
            ][:shots]
            for start in range(0, len(dressed), count)
        ]

    def counts(
        self, circuits: Sequence[QuantumCircuit], shots: int
    ) -> list[dict[str, int]]:
        """Run circuits and return how often each outcome was seen."""
        dressed, flips, each = self._dress(circuits, shots)
        found = self._runner.counts(dressed, each)
        count = len(dressed) // max(1, len(circuits))
        merged: list[dict[str, int]] = []
        for start in range(0, len(dressed), count):
            sums: Counter[str] = Counter()
            for index in range(start, start + count):
                for outcome, number in found[index].items():
                    sums[hex(int(outcome, 16) ^ flips[index])] += number
            merged.append(dict(sums))
        return merged

    def _dress(
        self, circuits: Sequence[QuantumCircuit], shots: int
    ) -> tuple[list[QuantumCircuit], list[int], int]:
        """Return the circuits to run, the bits to flip, and the shots of each."""
        twirls = self._twirling.gates or self._twirling.measure
        count, each = self._twirling.split(shots) if twirls else (1, shots)
        dressed: list[QuantumCircuit] = []
        flips: list[int] = []
        for circuit in circuits:
            for twirled in self._twirl_gates(circuit, count):
                ready, flip = self._twirl_measurements(twirled)
                dressed.append(self._decouple(ready))
                flips.append(flip)
        return dressed, flips, each

    def _twirl_gates(self, circuit: QuantumCircuit, count: int) -> list[QuantumCircuit]:
        if not self._twirling.gates:
            return [circuit] * count
        from qiskit.circuit import pauli_twirl_2q_gates  # noqa: PLC0415

        twirled: list[QuantumCircuit] = pauli_twirl_2q_gates(
            circuit,
            seed=int(self._random.integers(2**31)),
            num_twirls=count,
            target=None if self._machine.is_simulator else self._machine.target,
        )
        return twirled

    def _twirl_measurements(
        self, circuit: QuantumCircuit
    ) -> tuple[QuantumCircuit, int]:
        if not self._twirling.measure:
            return circuit, 0
        bits = {bit: index for index, bit in enumerate(circuit.clbits)}
        last = _last_measurements(circuit)
        twirled = circuit.copy_empty_like()
        flips = 0
        for index, item in enumerate(circuit.data):
            if index in last and self._random.random() < 0.5:  # noqa: PLR2004
                twirled.x(item.qubits[0])
                flips |= 1 << bits[item.clbits[0]]
            twirled.append(item)
        return self._fitted(twirled), flips

    def _fitted(self, circuit: QuantumCircuit) -> QuantumCircuit:
        from program_runtime.primitives.measurement import (  # noqa: PLC0415
            translated,
        )

        fits = self._machine.runs(circuit)
        return circuit if fits else translated(circuit, self._machine)

    def _decouple(self, circuit: QuantumCircuit) -> QuantumCircuit:
        if self._decoupling is None:
            return circuit
        from qiskit.circuit.library import XGate  # noqa: PLC0415
        from qiskit.transpiler import PassManager, passes  # noqa: PLC0415

        target = self._machine.target
        schedule = (
            passes.ASAPScheduleAnalysis
            if self._decoupling.method == "asap"
            else passes.ALAPScheduleAnalysis
        )
        pad = passes.PadDynamicalDecoupling(
            target=target,
            dd_sequence=[XGate(), XGate()],
            skip_reset_qubits=self._decoupling.skip_reset_qubits,
            extra_slack_distribution=self._decoupling.slack,
        )
        ready: QuantumCircuit = PassManager([schedule(target=target), pad]).run(circuit)
        return ready


def _last_measurements(circuit: QuantumCircuit) -> set[int]:
    """Find the measurements after which nothing happens to their qubit and bit."""
    busy: set[Any] = set()
    last = set()
    for index in range(len(circuit.data) - 1, -1, -1):
        item = circuit.data[index]
        if item.operation.name == "barrier":
            continue
        own = {*item.qubits, *item.clbits}
        if item.operation.name == "measure" and not busy & own:
            last.add(index)
        busy |= own
    return last


def _twirling(options: Options) -> Twirling:
    def number(name: str) -> int | None:
        value = options.take(f"twirling.{name}", "auto")
        return None if value == "auto" else max(1, int(value))

    strategy = options.take("twirling.strategy", "active-accum")
    twirling = Twirling(
        gates=bool(options.take("twirling.enable_gates", default=False)),
        measure=bool(options.take("twirling.enable_measure", default=False)),
        randomizations=number("num_randomizations"),
        shots_each=number("shots_per_randomization"),
    )
    if twirling.randomizations and twirling.shots_each:
        options.warn(
            "The option twirling.shots_per_randomization has no effect: "
            "twirling.num_randomizations and the number of shots decide."
        )
    if twirling.gates and strategy != "active-accum":
        options.warn(
            f"The option twirling.strategy is {strategy!r}: each two-qubit gate is "
            "twirled by itself, whatever the strategy."
        )
    return twirling


def _decoupling(options: Options, machine: Machine) -> Decoupling | None:
    given = options.take_all("dynamical_decoupling")
    if not given.pop("enable", False):
        return None
    if machine.target.dt is None or "x" not in machine.target.operation_names:
        options.warn(
            "The option dynamical_decoupling.enable has no effect: the gates of "
            f"{machine.name} have no durations."
        )
        return None
    sequence = given.pop("sequence_type", "XX")
    if sequence != "XX":
        options.warn(
            f"The option dynamical_decoupling.sequence_type is {sequence!r}: 'XX' is "
            "used instead."
        )
    decoupling = Decoupling(
        slack=str(given.pop("extra_slack_distribution", "middle")),
        method=str(given.pop("scheduling_method", "alap")),
        skip_reset_qubits=bool(given.pop("skip_reset_qubits", True)),
    )
    for name in sorted(given):
        options.warn(
            f"The option dynamical_decoupling.{name} is not known here: no effect."
        )
    return decoupling
