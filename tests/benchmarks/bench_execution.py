"""Running programs without a service: latency, messages, memory."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from program_runtime.execution import (
    JobControl,
    JobSpec,
    Limits,
    MemorySink,
    Runner,
    SpawnLauncher,
)
from program_runtime.execution.frames import FrameKind, FrameReader, encode_frame
from tests.benchmarks.figure import Figure

TRIVIAL = "def main(backend, user_messenger):\n    return 1\n"
RATE = 20_000
SECONDS = 5.0
BURST = 200_000
FRAMES = 300_000

TIMED = """
import statistics, time
def main(b, m):
    took = []
    for i in range(5000):
        begun = time.perf_counter()
        m.publish({"iteration": i, "energy": -1.857275030202})
        took.append(time.perf_counter() - begun)
        time.sleep(0.0002)
    return statistics.median(took)
"""
PACED = """
import time
def main(b, m, rate, seconds):
    begun = time.perf_counter()
    for i in range(int(rate * seconds)):
        m.publish(i)
        ahead = begun + i / rate - time.perf_counter()
        if ahead > 0.002:
            time.sleep(ahead)
    return time.perf_counter() - begun
"""
BURSTING = """
def main(b, m, n):
    for i in range(n):
        m.publish(i)
"""


def measure() -> list[Figure]:
    """Return the figures of the execution room."""
    with tempfile.TemporaryDirectory(prefix="qrt-bench-") as folder:
        return [*_parsing(Path(folder)), *asyncio.run(_running(Path(folder)))]


def _parsing(folder):
    data = encode_frame(FrameKind.INTERIM, b'{"iteration": 12, "energy": -1.85}')
    reader = FrameReader(caps={FrameKind.INTERIM: 1000}, spool_dir=folder)
    chunk = data * 1000
    begun = time.perf_counter()
    for _ in range(FRAMES // 1000):
        reader.space()[: len(chunk)] = chunk
        reader.advance(len(chunk))
    rate = FRAMES / (time.perf_counter() - begun)
    return [Figure("frames cut from a buffer", rate, "1/s", least=60_000)]


async def _running(folder):
    cold = _cold_import_ms()
    begun = time.perf_counter()
    runner = Runner(spool_dir=folder / "spool")
    await runner.start()
    figures = [
        Figure("a cold python -c 'import qiskit, qiskit_aer'", cold, "ms"),
        Figure("the zygote is ready after", 1e3 * (time.perf_counter() - begun), "ms"),
    ]
    try:
        for part in (_latency, _at_once, _publishing, _sustained, _burst):
            figures += await part(runner, folder)
    finally:
        await runner.close()
    return [*figures, *await _spawned(folder)]


def _cold_import_ms():
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import qiskit, qiskit_aer"], check=True)
    return 1e3 * (time.perf_counter() - begun)


class _TimedSink(MemorySink):
    """Notes when the end was stored: that is when a caller learns of it."""

    finished_at = 0.0

    async def finish(self, events, outcome):
        """Note the time."""
        self.finished_at = time.perf_counter()
        await super().finish(events, outcome)


async def _latency(runner, folder):
    known, gone = [], []
    for _ in range(60):
        await asyncio.sleep(0.05)
        sink = _TimedSink()
        begun = time.perf_counter()
        await runner.run(_spec(folder, TRIVIAL), sink, JobControl())
        known.append(1e3 * (sink.finished_at - begun))
        gone.append(1e3 * (time.perf_counter() - begun))
    return [
        Figure("trivial job, warm: end known, median", statistics.median(known), "ms"),
        Figure("  p95", statistics.quantiles(known, n=20)[-1], "ms"),
        Figure("  nothing of it left, median", statistics.median(gone), "ms"),
    ]


async def _at_once(runner, folder):
    spec = _spec(folder, TRIVIAL)
    begun = time.perf_counter()
    await asyncio.gather(
        *(runner.run(spec, MemorySink(), JobControl()) for _ in range(40))
    )
    rate = 40 / (time.perf_counter() - begun)
    return [Figure("40 trivial jobs at once", rate, "jobs/s", least=40)]


async def _publishing(runner, folder):
    sink = MemorySink()
    await runner.run(_spec(folder, TIMED), sink, JobControl())
    [text] = [event.data for event in sink.events if event.type == "result"]
    return [
        Figure("publish() in the program, median", 1e6 * float(text), "us", most=30)
    ]


async def _sustained(runner, folder):
    sink = MemorySink()
    inputs = f'{{"rate": {RATE}, "seconds": {SECONDS}}}'.encode()
    begun = time.process_time()
    await runner.run(_spec(folder, PACED, inputs), sink, JobControl())
    spent = time.process_time() - begun
    [took] = [float(event.data) for event in sink.events if event.type == "result"]
    count = sum(event.type == "interim" for event in sink.events)
    return [
        Figure(f"messages, paced at {RATE}/s", count / took, "1/s", least=0.99 * RATE),
        Figure("  server's processor meanwhile", 100 * spent / took, "%"),
    ]


async def _burst(runner, folder):
    sink = MemorySink()
    inputs = f'{{"n": {BURST}}}'.encode()
    begun = time.perf_counter()
    await runner.run(_spec(folder, BURSTING, inputs), sink, JobControl())
    rate = BURST / (time.perf_counter() - begun)
    return [Figure("messages, as fast as they come", rate, "1/s", least=RATE)]


async def _spawned(folder):
    runner = Runner(
        spool_dir=folder / "spool", launcher=SpawnLauncher(), pool_size=1, refill=False
    )
    begun = time.perf_counter()
    await runner.start()
    sink = _TimedSink()
    await runner.run(_spec(folder, TRIVIAL), sink, JobControl())
    took = 1e3 * (sink.finished_at - begun)
    await runner.close()
    return [Figure("one job without a zygote, from the start", took, "ms")]


def _spec(folder, source, inputs=b"{}"):
    program = folder / f"program{abs(hash(source))}"
    program.mkdir(exist_ok=True)
    (program / "program.py").write_text(source)
    return JobSpec(
        job_id="job_bench",
        program_dir=program,
        inputs=inputs,
        backend="aer_simulator",
        limits=Limits(wall_time_s=120),
    )
