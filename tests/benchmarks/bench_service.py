"""The service as a caller sees it: one real service process, a client in another."""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks.figure import Figure
from tests.benchmarks.running import running_service

TRIVIAL = "def main(backend, user_messenger):\n    return 42\n"

# Publishes the clock: the callback, on the same machine, subtracts.
CLOCK = """
import time

def main(backend, user_messenger, *, count):
    for index in range(count):
        time.sleep(0.005)
        user_messenger.publish(time.time())
    return count
"""

# As fast as asked, not faster, and says how long publish() kept it.
FLOOD = """
import statistics
import time

def main(backend, user_messenger, *, rate, seconds):
    blocked, begun = [], time.perf_counter()
    for index in range(rate * seconds):
        before = time.perf_counter()
        user_messenger.publish({"i": index})
        blocked.append(time.perf_counter() - before)
        if index % 200 == 199:
            ahead = begun + (index + 1) / rate - time.perf_counter()
            if ahead > 0:
                time.sleep(ahead)
    took = time.perf_counter() - begun
    return {"median_us": statistics.median(blocked) * 1e6, "took_s": took}
"""

VQE_LOOP = """
import time

import numpy as np
from qiskit.circuit.library import efficient_su2
from qiskit.quantum_info import SparsePauliOp

HAMILTONIAN = SparsePauliOp.from_list([
    ("II", -1.052373245772859), ("IZ", 0.39793742484318045),
    ("ZI", -0.39793742484318045), ("ZZ", -0.01128010425623538),
    ("XX", 0.18093119978423156)])

def loop(estimator, iterations, publish):
    ansatz = efficient_su2(2, reps=1).decompose()
    generator = np.random.default_rng(7)
    angles = generator.uniform(-1, 1, ansatz.num_parameters)
    begun = time.perf_counter()
    for iteration in range(iterations):
        angles = angles + generator.normal(0, 0.01, angles.size)
        energy = float(estimator.run([(ansatz, HAMILTONIAN, angles)]).result()[0].data.evs)
        publish({"iteration": iteration, "energy": energy})
    return time.perf_counter() - begun
"""

VQE_PROGRAM = (
    VQE_LOOP
    + """
def main(backend, user_messenger, *, iterations=200):
    estimator = backend.estimator()
    loop(estimator, 3, lambda message: None)
    return loop(estimator, iterations, user_messenger.publish)
"""
)

# The estimator is the one that the program is given.
VQE_SCRIPT = (
    VQE_LOOP
    + """
import json
import sys
from program_runtime.program.testing import local_backend

if __name__ == "__main__":
    messages = []
    estimator = local_backend("aer_simulator").estimator()
    loop(estimator, 3, messages.append)
    print(json.dumps(loop(estimator, int(sys.argv[1]), messages.append)))
"""
)


def measure() -> list[Figure]:
    """Measure everything against one service."""
    with running_service() as service:
        for name, source in (
            ("bench-trivial", TRIVIAL),
            ("bench-clock", CLOCK),
            ("bench-flood", FLOOD),
            ("bench-vqe", VQE_PROGRAM),
        ):
            service.upload_program(source, {"name": name, "max_execution_time": 300})
        return [
            *_trivial(service),
            *_many(service),
            *_callback(service),
            *_flood(service),
            *_vqe(service),
        ]


def _run(service, program, inputs=None, **options):
    return service.run(program, inputs or {}, {"backend": "aer_simulator"}, **options)


def _trivial(service) -> list[Figure]:
    for _ in range(20):
        assert _run(service, "bench-trivial").result() == 42
    took = []
    for _ in range(200):
        begun = time.perf_counter()
        _run(service, "bench-trivial").result()
        took.append((time.perf_counter() - begun) * 1e3)
    paced = []
    for _ in range(60):
        time.sleep(0.1)
        begun = time.perf_counter()
        _run(service, "bench-trivial").result()
        paced.append((time.perf_counter() - begun) * 1e3)
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import qiskit"], check=True)
    cold_ms = (time.perf_counter() - begun) * 1e3
    median = statistics.median(took)
    return [
        Figure("submit -> result, trivial, median", median, "ms", most=20),
        Figure(
            "submit -> result, trivial, p95",
            statistics.quantiles(took, n=20)[-1],
            "ms",
            most=50,
        ),
        Figure("  one that comes 0.1 s after the last", statistics.median(paced), "ms"),
        Figure("  beside it: cold `import qiskit`", cold_ms, "ms"),
        Figure("  cold import over a whole job", cold_ms / median, "x"),
    ]


def _many(service) -> list[Figure]:
    count = 200
    with ThreadPoolExecutor(20) as threads:
        begun = time.perf_counter()
        results = list(
            threads.map(lambda _: _run(service, "bench-trivial").result(), range(count))
        )
        took = time.perf_counter() - begun
    assert results == [42] * count
    return [Figure("trivial jobs, twenty at once", count / took, "jobs/s", least=40)]


def _callback(service) -> list[Figure]:
    delays, done = [], threading.Event()

    def take(_, sent):
        if isinstance(sent, float):
            delays.append((time.time() - sent) * 1e3)
        else:
            done.set()

    _run(service, "bench-clock", {"count": 300}, callback=take)
    assert done.wait(60), "the callback did not get the result"
    assert len(delays) == 300
    # The stream is connecting while the first ones are sent.
    return [
        Figure(
            "publish() -> callback, median",
            statistics.median(delays[50:]),
            "ms",
            most=15,
        )
    ]


def _flood(service) -> list[Figure]:
    rate, seconds = 20_000, 20
    seen, done = [], threading.Event()

    def take(_, message):
        if "i" in message:
            seen.append(message["i"])
        else:
            done.set()

    begun = time.perf_counter()
    job = _run(
        service, "bench-flood", {"rate": rate, "seconds": seconds}, callback=take
    )
    result = job.result()
    assert done.wait(60), "the callback did not get the result"
    took = time.perf_counter() - begun
    in_order = seen == list(range(rate * seconds))
    return [
        Figure(
            "messages a second from one job, 20 s, stored and delivered",
            rate * seconds / took,
            "1/s",
            least=rate * 0.95,
        ),
        Figure("  the program's own pace", rate * seconds / result["took_s"], "1/s"),
        Figure("  lost, doubled or out of order", 0 if in_order else 1, "", most=0),
        Figure("  publish() blocks, median", result["median_us"], "us", most=30),
    ]


def _vqe(service) -> list[Figure]:
    iterations = 200
    script = Path(service.folder) / "vqe_script.py"
    script.write_text(VQE_SCRIPT)
    plain, hosted = [], []
    for _ in range(5):
        printed = subprocess.run(
            [sys.executable, str(script), str(iterations)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        plain.append(float(printed))
        hosted.append(_run(service, "bench-vqe", {"iterations": iterations}).result())
    begun = time.perf_counter()
    for _ in range(10):
        _run(service, "bench-vqe", {"iterations": 1}).result()
    one_job_each = (time.perf_counter() - begun) / 10 * iterations
    on_service = statistics.median(hosted)
    return [
        Figure("VQE, 200 iterations, plain script", statistics.median(plain), "s"),
        Figure("VQE, 200 iterations, as a program", on_service, "s"),
        Figure(
            "  program over script",
            on_service / statistics.median(plain),
            "x",
            most=1.10,
        ),
        Figure("  one job an iteration over program", one_job_each / on_service, "x"),
    ]
