"""Primitives in an open session, beside the official client's local mode and Aer."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
import warnings

import numpy as np
from qiskit import transpile
from qiskit.circuit.library import efficient_su2
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer import AerSimulator
from qiskit_aer.primitives import EstimatorV2 as AerEstimator

from program_runtime import EstimatorV2, QiskitRuntimeService, SamplerV2, Session
from tests.benchmarks.figure import Figure
from tests.benchmarks.running import running_service

QUBITS = 5
SHOTS = 1024
CALLS = 200
SETS = 1000
# Of the thousand calls that a single one replaces, so many are made and scaled up.
SINGLE_CALLS = 100
_REST_S = 0.02

FIRST_ANSWER = """
import sys, time
begun = time.perf_counter()
from program_runtime import QiskitRuntimeService
QiskitRuntimeService(channel="server", url=sys.argv[1], token=sys.argv[2]).backends()
print((time.perf_counter() - begun) * 1e3)
"""
IMPORT = """
import time
begun = time.perf_counter()
import program_runtime
print((time.perf_counter() - begun) * 1e3)
"""


def measure() -> list[Figure]:
    """Measure calls of primitives, and what comes before the first one."""
    with running_service() as service:
        figures = _connecting(service)
        with Session(service, "aer_simulator") as session:
            figures += _sampler(session)
            figures += _estimator(session)
            figures += _many_sets(session)
    return figures


def _connecting(service) -> list[Figure]:
    account = service.active_account()
    url, token = account["url"], (service.folder / "data" / "owner.token").read_text()
    words = [url, token.strip()]

    def connect():
        QiskitRuntimeService(channel="server", url=url, token=words[1]).backends()

    connect()
    fresh = [_printed(FIRST_ANSWER, *words) for _ in range(5)]
    imported = [_printed(IMPORT) for _ in range(7)]
    first = [_timed(connect) for _ in range(20)]
    return [
        Figure("import program_runtime", statistics.median(imported), "ms", most=100),
        Figure(
            "QiskitRuntimeService(...) to its first answer, warm service",
            statistics.median(first),
            "ms",
            most=50,
        ),
        Figure(
            "  the same in a new process, import included",
            statistics.median(fresh),
            "ms",
        ),
    ]


def _sampler(session) -> list[Figure]:
    circuit, values = _circuit(measured=True)
    aer = AerSimulator()
    ours = SamplerV2(session)
    theirs = _official("SamplerV2")(aer)

    def directly(point):
        bound = circuit.assign_parameters(point)
        aer.run(bound, shots=SHOTS).result().get_counts()

    return _compared(
        "SamplerV2, 5 qubits",
        lambda point: ours.run([(circuit, point)], shots=SHOTS).result(),
        lambda point: theirs.run([(circuit, point)], shots=SHOTS).result(),
        directly,
        values,
    )


def _estimator(session) -> list[Figure]:
    circuit, values = _circuit(measured=False)
    observable = SparsePauliOp.from_list(
        [("ZZIII", 1.0), ("IXXII", 0.5), ("IIZZI", -0.3), ("IIIYY", 0.7)]
    )
    precision = SHOTS**-0.5
    ours = EstimatorV2(session)
    theirs = _official("EstimatorV2")(AerSimulator())
    aer = AerEstimator()
    return _compared(
        "EstimatorV2, 5 qubits",
        lambda point: ours.run(
            [(circuit, observable, point)], precision=precision
        ).result(),
        lambda point: theirs.run(
            [(circuit, observable, point)], precision=precision
        ).result(),
        lambda point: aer.run(
            [(circuit, observable, point)], precision=precision
        ).result(),
        values,
    )


def _compared(name, ours, theirs, directly, values) -> list[Figure]:
    for call in (ours, theirs, directly):
        for point in values[:5]:
            call(point)
    took = {ours: [], theirs: [], directly: []}
    # Taken in turns: what else the machine does hits all of them.
    for point in values:
        for call, times in took.items():
            # Threads of the last one that ran here spin on for a moment.
            time.sleep(_REST_S)
            times.append(_timed(call, point))
    median = {call: statistics.median(times) for call, times in took.items()}
    late = statistics.quantiles(took[ours], n=20)[-1]
    return [
        Figure(f"{name}, in a session, median of {CALLS}", median[ours], "ms", most=15),
        Figure("  p95", late, "ms"),
        Figure("  official client's local testing mode", median[theirs], "ms"),
        Figure("  Aer called directly", median[directly], "ms"),
        Figure("  ours over local testing mode", median[ours] / median[theirs], "x"),
    ]


def _many_sets(session) -> list[Figure]:
    circuit, _ = _circuit(measured=True)
    values = np.random.default_rng(1).uniform(-3, 3, (SETS, circuit.num_parameters))
    sampler = SamplerV2(session)

    def all_at_once():
        data = sampler.run([(circuit, values)], shots=SHOTS).result()[0].data
        assert data.meas.shape == (SETS,)

    def one_by_one():
        for point in values[:SINGLE_CALLS]:
            sampler.run([(circuit, point)], shots=SHOTS).result()

    together = statistics.median(_timed(all_at_once) for _ in range(3)) / 1e3
    apart = _timed(one_by_one) / 1e3 * (SETS / SINGLE_CALLS)
    return [
        Figure("1,000 parameter sets in one PUB", together, "s"),
        Figure("1,000 calls with one set each (from 100)", apart, "s"),
        Figure("  calls over PUB", apart / together, "x"),
    ]


def _circuit(*, measured):
    """A circuit in gates that every simulator has, and 200 sets of angles for it."""
    circuit = efficient_su2(QUBITS, reps=2)
    if measured:
        circuit.measure_all()
    circuit = transpile(circuit, basis_gates=["rz", "sx", "x", "cx"])
    generator = np.random.default_rng(7)
    return circuit, generator.uniform(-3, 3, (CALLS, circuit.num_parameters))


def _official(name):
    # What it has to say about newer classes is for its users.
    warnings.simplefilter("ignore", DeprecationWarning)
    import qiskit_ibm_runtime

    return getattr(qiskit_ibm_runtime, name)


def _printed(code, *words):
    printed = subprocess.run(
        [sys.executable, "-c", code, *words], check=True, capture_output=True, text=True
    ).stdout
    return float(printed)


def _timed(function, *arguments):
    begun = time.perf_counter()
    function(*arguments)
    return (time.perf_counter() - begun) * 1e3
