"""The sampler without pubs: quasi-probabilities by bit strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.errors import BadInputsError
from program_runtime.primitives.reader import Reader
from program_runtime.primitives.readout import Readout, is_missing, measured_places
from program_runtime.primitives.retired_inputs import (
    Call,
    Setting,
    read_calls,
    read_setting,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.primitives.options import Options
    from program_runtime.program import ProgramBackend

__all__ = ["sample_circuits"]

_RESILIENCE = "resilience_settings"


def sample_circuits(
    backend: ProgramBackend, inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Run circuits as the first sampler did.

    Args:
        backend: Runs the circuits.
        inputs: All of the job.

    Returns:
        ``quasi_dists`` and ``metadata``, one for each circuit.

    Raises:
        BadInputsError: Lists all that is wrong with the inputs.
        UnsupportedCircuitError: The backend does not run a circuit.
    """
    reader = Reader()
    setting = read_setting(backend, inputs, reader)
    calls = read_calls(inputs, setting, reader)
    for index, call in enumerate(calls):
        if not call.circuit.num_clbits:
            reader.problem(
                f"circuits[{index}]", "has no classical bits: measure its qubits"
            )
    reader.finish()
    level = _level(setting.options)
    counts = setting.runner.counts(
        [call.prepared.bind(call.values) for call in calls], setting.shots
    )
    mitigated = (
        bool(level) and not _is_ideal(setting) and not is_missing(setting.options)
    )
    found = [_frequencies(each, call) for each, call in zip(counts, calls, strict=True)]
    overheads: list[float | None] = [None] * len(calls)
    if mitigated:
        readout = Readout(setting.runner.counts, setting.machine)
        for index, call in enumerate(calls):
            found[index], overheads[index] = _corrected(readout, found[index], call)
    shots = setting.shots
    return {
        "quasi_dists": [
            {
                text: value if mitigated else value / shots
                for text, value in each.items()
            }
            for each in found
        ],
        "metadata": _metadata(setting, calls, overheads),
    }


def _metadata(
    setting: Setting, calls: list[Call], overheads: list[float | None]
) -> list[dict[str, Any]]:
    warnings = setting.options.warnings()
    entries = []
    for call, overhead in zip(calls, overheads, strict=True):
        entry: dict[str, Any] = {
            "shots": setting.shots,
            "transpilation": call.prepared.origin,
        }
        if overhead is not None:
            entry["readout_mitigation_overhead"] = overhead
        if warnings:
            entry["warnings"] = warnings
        entries.append(entry)
    return entries


def _frequencies(counts: Mapping[str, int], call: Call) -> dict[str, float]:
    size = call.circuit.num_clbits
    return {
        format(int(outcome, 16), f"0{size}b"): float(number)
        for outcome, number in counts.items()
    }


def _corrected(
    readout: Readout, counts: dict[str, float], call: Call
) -> tuple[dict[str, float], float]:
    """Correct the bits that a qubit tells of at the end; the others were never set."""
    places = measured_places(call.prepared.circuit)
    bits = sorted(places)
    size = call.circuit.num_clbits
    short: dict[str, int] = {}
    for text, number in counts.items():
        key = "".join(text[size - 1 - bit] for bit in reversed(bits))
        short[key] = short.get(key, 0) + int(number)
    qubits = [places[bit] for bit in bits]
    readout.calibrate(qubits)
    quasi = readout.quasi(short, qubits)
    full = {}
    for key, value in quasi.items():
        letters = ["0"] * size
        for letter, bit in zip(reversed(key), bits, strict=True):
            letters[size - 1 - bit] = letter
        full["".join(letters)] = float(value)
    return full, readout.overheads[-1]


def _is_ideal(setting: Setting) -> bool:
    if setting.machine.is_ideal:
        setting.options.warn(
            f"There is nothing to mitigate: {setting.machine.name} is an ideal "
            "simulator."
        )
    return setting.machine.is_ideal


def _level(options: Options) -> int:
    level = options.take(f"{_RESILIENCE}.level", 0)
    if level not in (0, 1):
        raise BadInputsError(f"The resilience level is {level!r}, expected 0 or 1.")
    for name in ("noise_amplifier", "noise_factors", "extrapolator"):
        options.ignore(f"{_RESILIENCE}.{name}", "a sampler extrapolates nothing")
    return int(level)
