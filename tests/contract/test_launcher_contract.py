"""What the runner relies on, whatever way children are started."""

import asyncio
import contextlib
import json
import os
import select
import signal

import pytest

from program_runtime.execution import (
    JobControl,
    JobSpec,
    JobStatus,
    Level,
    Limits,
    MemorySink,
    Runner,
    SpawnLauncher,
    Walls,
    ZygoteLauncher,
)

LAUNCHERS = {
    "zygote": pytest.param(ZygoteLauncher, marks=pytest.mark.fork, id="zygote"),
    "spawn": pytest.param(SpawnLauncher, id="spawn"),
}
OPEN = Walls(level=Level.NONE)


class Bench:
    """A launcher with the event loop that it lives in."""

    def __init__(self, kind):
        self.loop = asyncio.new_event_loop()
        self.launcher = self.do(self._make(kind))

    async def _make(self, kind):
        launcher = kind()
        await launcher.start("none")
        return launcher

    def do(self, awaitable):
        return self.loop.run_until_complete(asyncio.wait_for(awaitable, 30))

    @contextlib.contextmanager
    def child(self):
        child = self.do(self.launcher.launch(OPEN))
        try:
            yield child
        finally:
            child.kill(signal.SIGKILL)
            self.do(asyncio.wait([child.exited]))
            child.release()

    def close(self):
        self.do(self.launcher.close())
        self.do(self.loop.shutdown_default_executor())
        self.loop.close()


@pytest.fixture(scope="module", params=list(LAUNCHERS.values()))
def bench(request):
    bench = Bench(request.param)
    yield bench
    bench.close()


def test_a_child_waits(bench):
    with bench.child() as child:
        assert child.pid > 0
        assert not child.exited.done()
        assert child.channel.getblocking() is False
        assert os.get_blocking(child.log_fd) is False


def test_a_child_that_is_released_ends(bench):
    with bench.child() as child:
        child.release()
        bench.do(asyncio.wait([child.exited]))
        assert os.waitstatus_to_exitcode(child.exited.result().status) == 0


def test_a_kill_is_reported_with_its_signal_and_usage(bench):
    with bench.child() as child:
        child.kill(signal.SIGKILL)
        bench.do(asyncio.wait([child.exited]))
        child_exit = child.exited.result()
        assert os.waitstatus_to_exitcode(child_exit.status) == -signal.SIGKILL
        assert child_exit.cpu_s >= 0
        assert child_exit.peak_memory_bytes > 1_000_000


def test_a_kill_after_the_end_hits_nobody(bench):
    with bench.child() as child:
        child.kill(signal.SIGKILL)
        bench.do(asyncio.wait([child.exited]))
        child.kill(signal.SIGKILL)
        child.release()
        child.release()


def test_the_log_ends_with_the_child(bench):
    with bench.child() as child:
        child.kill(signal.SIGKILL)
        bench.do(asyncio.wait([child.exited]))
        while True:
            assert select.select([child.log_fd], [], [], 10)[0]
            if not os.read(child.log_fd, 65536):
                break


def test_children_do_not_hold_each_others_channels(bench):
    with bench.child() as first, bench.child() as second:
        first.kill(signal.SIGKILL)
        bench.do(asyncio.wait([first.exited]))
        assert select.select([first.channel], [], [], 10)[0]
        assert first.channel.recv(100) == b""
        assert not second.exited.done()


def test_health_is_json(bench):
    assert json.loads(json.dumps(bench.launcher.health()))["launcher"]


@pytest.mark.parametrize("kind", list(LAUNCHERS.values()))
def test_close_ends_every_child(kind):
    bench = Bench(kind)
    children = [bench.do(bench.launcher.launch(OPEN)) for _ in range(2)]
    pidfds = [os.pidfd_open(child.pid) for child in children]
    bench.close()
    for pidfd in pidfds:
        assert select.select([pidfd], [], [], 10)[0]
        os.close(pidfd)
    for child in children:
        assert child.exited.done()
        child.release()


@pytest.fixture
def run(bench, tmp_path):
    """Run one program through the launcher."""

    def run(source, *, limits=None, meanwhile=None, inputs=b"{}"):
        (tmp_path / "program.py").write_text(source)
        spec = JobSpec(
            job_id="job_contract",
            program_dir=tmp_path,
            inputs=inputs,
            backend="aer_simulator",
            limits=Limits(**(limits or {})),
        )
        sink, control = MemorySink(), JobControl()
        runner = Runner(
            spool_dir=tmp_path / "spool",
            launcher=bench.launcher,
            pool_size=0,
            level="none",
        )

        async def both():
            await runner.start()
            other = asyncio.ensure_future(meanwhile(control)) if meanwhile else None
            outcome = await runner.run(spec, sink, control)
            if other is not None:
                await other
            return outcome

        return bench.do(both()), sink.events

    return run


def test_a_program_runs(run):
    outcome, events = run(
        "def main(b, m, n):\n    print('log')\n    m.publish(n)\n    return [n]",
        inputs=b'{"n": 3}',
    )
    assert outcome.status is JobStatus.COMPLETED
    assert sorted((str(event.type), event.data) for event in events) == [
        ("interim", "3"),
        ("log", "log\n"),
        ("result", "[3]"),
        ("status", '{"status": "Completed"}'),
    ]
    assert outcome.usage.cpu_s > 0


def test_a_program_leads_a_session_and_a_group_of_its_own(run):
    _, events = run(
        "import os\ndef main(b, m): return os.getpid() == os.getpgid(0) == os.getsid(0)"
    )
    assert events[0].data == "true"


def test_a_program_that_raises(run):
    outcome, _ = run("def main(b, m): raise ValueError('no')")
    assert (outcome.code, outcome.message) == ("program_error", "ValueError: no")
    assert 'File "program.py", line 1, in main' in outcome.traceback


def test_a_program_that_is_too_slow(run, bench):
    # The time that a spawned child takes to import Qiskit is its job's.
    limit = 0.4 if isinstance(bench.launcher, ZygoteLauncher) else 3.0
    outcome, events = run(
        "import time\ndef main(b, m):\n    m.publish(1)\n    time.sleep(60)",
        limits={"wall_time_s": limit},
    )
    assert outcome.code == "wall_time"
    assert events[0].data == "1"


def test_a_program_that_crashes(run):
    outcome, _ = run("import os\ndef main(b, m): os._exit(4)")
    assert outcome.code == "crashed"
    assert outcome.message == "The program exited with code 4 before main returned."


def test_a_program_that_floods_its_log(run):
    outcome, _ = run(
        "def main(b, m):\n    while True: print('x' * 1000)",
        limits={"log_bytes": 100_000},
    )
    assert outcome.code == "output"


def test_a_program_that_is_cancelled(run):
    async def cancel(control):
        await asyncio.sleep(1)
        control.cancel()

    outcome, _ = run("import time\ndef main(b, m): time.sleep(60)", meanwhile=cancel)
    assert outcome.status is JobStatus.CANCELLED


def test_a_program_that_is_stopped(run):
    async def stop(control):
        await asyncio.sleep(0.5)
        control.stop()

    outcome, events = run(
        "import time\n"
        "def main(b, m):\n"
        "    while not m.stop_requested: time.sleep(0.01)\n"
        "    return 'partial'",
        meanwhile=stop,
    )
    assert outcome.status is JobStatus.COMPLETED
    assert events[0].data == '"partial"'


def test_what_a_program_leaves_behind_is_killed(run):
    outcome, events = run(
        "import subprocess\n"
        "def main(b, m): return subprocess.Popen(['sleep', '60']).pid"
    )
    assert outcome.status is JobStatus.COMPLETED
    with contextlib.suppress(ProcessLookupError):
        pidfd = os.pidfd_open(int(events[0].data))
        assert select.select([pidfd], [], [], 10)[0]
        os.close(pidfd)
