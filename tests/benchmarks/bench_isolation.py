"""What confinement costs: the same jobs at each level that this machine offers."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from program_runtime.execution import JobControl, JobSpec, Level, MemorySink, Runner
from program_runtime.execution.confinement.probe import probe_machine
from program_runtime.execution.process_tree import descendants
from tests.benchmarks.figure import Figure

TRIVIAL = "def main(b, m):\n    return 1\n"
BELL = """
from qiskit import QuantumCircuit, transpile
def main(backend, m):
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    counts = backend.run(transpile(circuit, backend), shots=1024).result().get_counts()
    return sum(counts.values())
"""
OBEDIENT = "import time\ndef main(b, m):\n    m.publish(1)\n    time.sleep(60)\n"
REFUSING = """
import signal, subprocess, time
def main(b, m):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    subprocess.Popen(["sleep", "60"], start_new_session=True)
    m.publish(1)
    while True:
        time.sleep(1)
"""
ROUNDS = 30
BELLS = 8
CANCELS = 8
PRIVATE_MB = 2.0
CANCEL_MS = 3000


def measure() -> list[Figure]:
    """Run the same jobs in turns at each level."""
    levels = [level for level, problems in probe_machine().items() if not problems]
    with tempfile.TemporaryDirectory(prefix="qrt-bench-") as folder:
        return asyncio.run(_measure([Level(level) for level in levels], Path(folder)))


async def _measure(levels, folder):
    async with AsyncExitStack() as stack:
        runners = {
            level: await stack.enter_async_context(_runner(level, folder))
            for level in levels
        }
        figures = await _turnaround(runners, folder)
        figures += await _bells(runners, folder)
        for level, runner in runners.items():
            figures += _waiting(level, runner)
            figures += await _cancels(level, runner, folder)
        return figures


@asynccontextmanager
async def _runner(level, folder):
    runner = Runner(spool_dir=folder / level, level=level)
    await runner.start()
    try:
        yield runner
    finally:
        await runner.close()


async def _turnaround(runners, folder):
    took = {level: [] for level in runners}
    for _ in range(ROUNDS):
        for level, runner in runners.items():
            await asyncio.sleep(0.1)
            took[level].append(await _end_known_ms(runner, folder, TRIVIAL))
    return _compared("trivial job, warm: end known, median", took)


async def _bells(runners, folder):
    took = {level: [] for level in runners}
    for _ in range(BELLS):
        for level, runner in runners.items():
            await asyncio.sleep(0.1)
            took[level].append(await _end_known_ms(runner, folder, BELL))
    return _compared("Bell pair, transpiled and sampled: end known, median", took)


def _compared(name, took):
    medians = {level: statistics.median(times) for level, times in took.items()}
    free = medians[Level.NONE]
    return [
        figure
        for level, median in medians.items()
        for figure in (
            Figure(f"{name}, {level}", median, "ms"),
            Figure(f"  over {Level.NONE}", median / free, "x"),
        )
    ]


class _TimedSink(MemorySink):
    """Notes when the end was stored: that is when a caller learns of it."""

    finished_at = 0.0

    async def finish(self, events, outcome):
        self.finished_at = time.perf_counter()
        await super().finish(events, outcome)


async def _end_known_ms(runner, folder, source):
    sink = _TimedSink()
    begun = time.perf_counter()
    await runner.run(_spec(folder, source), sink, JobControl())
    return 1e3 * (sink.finished_at - begun)


def _waiting(level, runner):
    """A waiting child is two processes: the keeper and the one that runs the job."""
    child = runner._places._pool._waiting[0]
    program = sum(_private_mb(pid) for pid in descendants(child.pid))
    return [
        Figure(f"waiting, {level}: private", program, "MB", most=PRIVATE_MB),
        Figure("  and its keeper", _private_mb(child.pid), "MB"),
    ]


def _private_mb(pid):
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kib = [
        int(line.split()[1])
        for line in rollup.splitlines()
        if line.startswith(("Private_Clean:", "Private_Dirty:"))
    ]
    return sum(kib) / 1024


async def _cancels(level, runner, folder):
    figures = []
    for name, source in (("obedient", OBEDIENT), ("refusing", REFUSING)):
        took = [await _cancel_ms(runner, folder, source) for _ in range(CANCELS)]
        figures += [
            Figure(
                f"cancel to nothing left, {name}, {level}, median",
                statistics.median(took),
                "ms",
                most=CANCEL_MS,
            ),
            Figure("  max", max(took), "ms", most=CANCEL_MS),
        ]
    return figures


async def _cancel_ms(runner, folder, source):
    control, sink = JobControl(), MemorySink()
    task = asyncio.create_task(runner.run(_spec(folder, source), sink, control))
    while not sink.events:  # noqa: ASYNC110 - of another process
        await asyncio.sleep(0.01)
    begun = time.perf_counter()
    control.cancel()
    await task
    return 1e3 * (time.perf_counter() - begun)


def _spec(folder, source):
    program = folder / f"program{abs(hash(source))}"
    program.mkdir(exist_ok=True)
    (program / "program.py").write_text(source)
    return JobSpec(
        job_id="job_bench", program_dir=program, inputs=b"{}", backend="aer_simulator"
    )
