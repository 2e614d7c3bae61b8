"""A zygote inside bubblewrap: one more wall, the same jobs."""

import asyncio
import shutil
from pathlib import Path

import pytest

from program_runtime.errors import ExecutionError
from program_runtime.execution import (
    JobControl,
    JobSpec,
    MemorySink,
    ZygoteLauncher,
    bubblewrap,
)
from program_runtime.service.executors import LocalExecutor

PROGRAM = "def main(b, m, n):\n    m.publish(n)\n    return [n]\n"


@pytest.mark.fork
@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap here")
def test_jobs_run_and_the_zygote_does_not_see_the_data(tmp_path):
    data, program = tmp_path / "data", tmp_path / "program"
    (data / "spool").mkdir(parents=True)
    (data / "secret").write_text("planted")
    program.mkdir()
    (program / "program.py").write_text(PROGRAM)
    executor = LocalExecutor(spool_dir=data / "spool", pool_size=1, hidden=[data])
    sink = MemorySink()

    async def run():
        await executor.start()
        try:
            [wrapped] = _children(executor.health()["zygote_pid"])
            seen = Path(f"/proc/{wrapped}/root{data}")
            spec = JobSpec(
                job_id="job_1",
                program_dir=program,
                inputs=b'{"n": 7}',
                backend="aer_simulator",
            )
            outcome = await executor.run(spec, sink, JobControl(), first_seq=1)
            return outcome, _names(seen), executor.level
        finally:
            await executor.close()

    outcome, seen, level = asyncio.run(run())
    assert (data / "secret").exists()
    assert seen == []
    assert level == "strong"
    assert outcome.code is None
    assert [event.data for event in sink.events[:2]] == ["7", "[7]"]


def _names(folder):
    return [path.name for path in folder.iterdir()]


def _children(pid):
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def test_without_bubblewrap_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExecutionError) as caught:
        ZygoteLauncher(wrapper=bubblewrap([tmp_path]))
    assert str(caught.value) == (
        "Bubblewrap was asked for, but there is no command bwrap. "
        "Install it (Debian: apt install bubblewrap), or do without it."
    )
