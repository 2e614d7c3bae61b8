"""The service's event loop is uvloop where it is installed."""

import asyncio
import json

import pytest

from program_runtime.execution import (
    JobControl,
    JobSpec,
    JobStatus,
    MemorySink,
    Runner,
)

uvloop = pytest.importorskip("uvloop")

SOURCE = """
import time
def main(b, m, text):
    for i in range(20_000):
        m.publish(i)
    print("x" * 200_000)
    while not m.stop_requested:
        time.sleep(0.001)
    return text
"""


def test_everything_works_in_uvloop(tmp_path):
    (tmp_path / "program.py").write_text(SOURCE)
    inputs = tmp_path / "inputs.json"
    inputs.write_text(json.dumps({"text": "y" * 1_000_000}))
    sink, control = MemorySink(), JobControl()
    spec = JobSpec(
        job_id="job_uvloop",
        program_dir=tmp_path,
        inputs=inputs,
        backend="aer_simulator",
    )

    async def scenario():
        runner = Runner(spool_dir=tmp_path / "spool")
        await runner.start()
        asyncio.get_running_loop().call_later(0.5, control.stop)
        try:
            return await asyncio.wait_for(runner.run(spec, sink, control), 60)
        finally:
            await runner.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        outcome = loop.run(scenario())
    assert outcome.status is JobStatus.COMPLETED
    interim = [event.data for event in sink.events if event.type == "interim"]
    assert interim == [str(i) for i in range(20_000)]
    log = "".join(event.data for event in sink.events if event.type == "log")
    assert log == "x" * 200_000 + "\n"
    [result] = [event for event in sink.events if event.type == "result"]
    assert result.blob.size == 1_000_002
