"""The process that children are forked from: one thread, one server, no orphans."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from program_runtime.errors import ExecutionError
from program_runtime.execution import JobControl, JobStatus, MemorySink, ZygoteLauncher

pytestmark = pytest.mark.fork

HONEST = "def main(backend, user_messenger): return 'honest'"


def environment_with(folder):
    return {**os.environ, "PYTHONPATH": str(folder)}


def ended(*pids, timeout_s=15):
    """Whether all these processes end in time."""
    for pid in pids:
        try:
            pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([pidfd], [], [], timeout_s)[0]:
                return False
        finally:
            os.close(pidfd)
    return True


def test_preloading_leaves_one_thread():
    script = """
    from program_runtime.execution.preload import preload
    from program_runtime.execution.process_control import thread_count
    preload()
    print(thread_count())
    """
    from program_runtime.execution.launch.environment import child_environment

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=child_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"


def test_a_zygote_with_threads_refuses_and_is_replaced(make_laboratory, tmp_path):
    (tmp_path / "threaded.py").write_text(
        textwrap.dedent(
            f"""
            import pathlib, threading
            marker = pathlib.Path({str(tmp_path)!r}, "second")
            if not marker.exists():
                marker.touch()
                threading.Thread(target=threading.Event().wait, daemon=True).start()
            """
        )
    )
    launcher = ZygoteLauncher(
        environment=environment_with(tmp_path), preload=["threaded"]
    )
    lab = make_laboratory(level="none", launcher=launcher)
    assert lab.run(HONEST).result == "honest"
    assert launcher.health()["zygotes_started"] == 2


def test_a_zygote_that_always_has_threads_is_an_error(make_laboratory, tmp_path):
    (tmp_path / "threaded.py").write_text(
        "import threading\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()"
    )
    launcher = ZygoteLauncher(
        environment=environment_with(tmp_path), preload=["threaded"]
    )
    lab = make_laboratory(level="none", launcher=launcher, pool_size=0)
    run = lab.run(HONEST)
    assert run.failure == (
        "internal",
        (
            "No child could be started. The zygote refused to fork: "
            "it has 2 threads, and only 1 survives a fork."
        ),
    )
    assert run.outcome.status is JobStatus.FAILED


def test_a_zygote_that_can_not_import_says_why(tmp_path):
    (tmp_path / "broken.py").write_text("raise ImportError('no such library')")
    launcher = ZygoteLauncher(
        environment=environment_with(tmp_path), preload=["broken"]
    )

    async def start():
        try:
            await launcher.start("none")
        finally:
            await launcher.close()

    with pytest.raises(ExecutionError, match="ImportError: no such library"):
        asyncio.run(start())


def test_a_zygote_is_replaced_after_so_many_jobs(make_laboratory):
    lab = make_laboratory(
        level="none", pool_size=0, launcher=ZygoteLauncher(jobs_per_zygote=2)
    )
    parents = []
    while len(set(parents)) < 2:
        lab.run(HONEST)
        parents.append(lab.runner.health()["zygote_pid"])
        lab.do(asyncio.sleep(0.1))
    assert parents[:3] == [parents[0]] * 3  # the old one serves until the new is ready
    assert ended(parents[0])


def test_jobs_end_as_crashed_when_the_zygote_is_killed(make_laboratory):
    lab = make_laboratory(level="none", pool_size=1)

    async def kill(control):
        await asyncio.sleep(0.5)
        os.kill(lab.runner.health()["zygote_pid"], signal.SIGKILL)

    run = lab.run(
        "import os, time\n"
        "def main(b, m):\n"
        "    m.publish(os.getpid())\n"
        "    time.sleep(60)",
        meanwhile=kill,
    )
    assert run.failure == (
        "crashed",
        "The process that the program's process was forked from died.",
    )
    assert ended(*run.interim)
    assert lab.run(HONEST).result == "honest"
    assert lab.runner.health()["zygotes_started"] == 2


def test_a_child_that_dies_while_it_waits_is_replaced(make_laboratory):
    lab = make_laboratory(level="none", pool_size=1)
    lab.do(wait_until(lambda: lab.runner.health()["waiting"] == 1))
    [child] = lab.runner._places._pool._waiting
    os.kill(child.pid, signal.SIGKILL)
    assert lab.run(HONEST).result == "honest"
    lab.do(wait_until(lambda: lab.runner.health()["waiting"] == 1))


def test_nothing_is_left_when_the_server_is_killed(tmp_path):
    """Server, zygote, waiting child, running child and its subprocess."""
    (tmp_path / "program.py").write_text(
        textwrap.dedent(
            """
            import os, subprocess, time
            def main(b, m):
                sleeper = subprocess.Popen(["sleep", "60"])
                m.publish([os.getpid(), os.getppid(), sleeper.pid])
                time.sleep(60)
            """
        )
    )
    script = f"""
    import asyncio, pathlib
    from program_runtime.execution import *

    class Sink(MemorySink):
        async def append(self, events):
            waiting = [child.pid for child in runner._places._pool._waiting]
            print(events[0].data, waiting, flush=True)

    async def main():
        global runner
        folder = pathlib.Path({str(tmp_path)!r})
        runner = Runner(spool_dir=folder / "spool", pool_size=2, level="none")
        await runner.start()
        while runner.health()["waiting"] < 2:
            await asyncio.sleep(0.01)
        spec = JobSpec(job_id="j", program_dir=folder, inputs=b"{{}}",
                       backend="aer_simulator")
        await runner.run(spec, Sink(), JobControl())

    asyncio.run(main())
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE
    ) as server:
        line = server.stdout.readline().decode()
        pids = [
            int(word)
            for word in line.replace("[", "").replace("]", "").replace(",", " ").split()
        ]
        assert len(pids) >= 4
        server.kill()
    assert ended(*pids)


def test_a_closed_runner_takes_no_job(make_laboratory):
    lab = make_laboratory(level="none", pool_size=0)
    lab.do(lab.runner.close())
    run = lab.run(HONEST)
    assert run.failure == ("internal", "The runner is closed.")


def test_closing_ends_a_running_job_as_crashed(make_laboratory):
    lab = make_laboratory(level="none", pool_size=0)

    async def close(control):
        await asyncio.sleep(0.4)
        await lab.runner.close()

    run = lab.run("import time\ndef main(b, m): time.sleep(60)", meanwhile=close)
    assert run.outcome.code == "crashed"


def test_cancelling_the_task_of_a_job_leaves_nothing(make_laboratory):
    lab = make_laboratory(level="none", pool_size=0)
    spec = lab.spec(
        "import os, time\ndef main(b, m):\n    m.publish(os.getpid())\n    time.sleep(60)"
    )
    sink = MemorySink()

    async def abandon():
        task = asyncio.create_task(lab.runner.run(spec, sink, JobControl()))
        await wait_until(lambda: sink.events)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    lab.do(abandon())
    assert ended(int(sink.events[0].data))
    assert lab.leftovers() == []
    assert sink.outcome is None


def test_a_waiting_child_costs_little_memory(make_laboratory):
    lab = make_laboratory(level="none", pool_size=1)
    lab.run(HONEST)
    lab.do(wait_until(lambda: lab.runner.health()["waiting"] == 1))
    [child] = lab.runner._places._pool._waiting
    rollup = Path(f"/proc/{child.pid}/smaps_rollup").read_text()
    private_kib = sum(
        int(line.split()[1])
        for line in rollup.splitlines()
        if line.startswith(("Private_Clean:", "Private_Dirty:"))
    )
    assert private_kib < 20 * 1024


async def wait_until(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.01)
