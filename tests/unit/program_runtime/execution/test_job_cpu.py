"""The processor time of a job, from readings of those of its processes that live."""

import pytest

from program_runtime.execution import job_cpu
from program_runtime.execution.job_cpu import JobCpu
from program_runtime.execution.process_reading import ProcessStat


@pytest.fixture(autouse=True)
def two_cores(monkeypatch):
    monkeypatch.setattr(job_cpu, "CORES", 2)


def living(*cpu_s):
    return [
        ProcessStat(
            pid=number,
            parent=1,
            group=1,
            session=1,
            started=0,
            threads=1,
            ended=False,
            stopped=False,
            resident_bytes=0,
            faults=0,
            cpu_s=seconds,
        )
        for number, seconds in enumerate(cpu_s)
    ]


def test_all_processes_are_added_up():
    cpu = JobCpu()
    assert cpu.add(living(0.0, 0.1), 0.1) == pytest.approx(0.1)
    assert cpu.add(living(0.0, 0.5, 0.25), 0.5) == pytest.approx(0.75)
    assert cpu.used_s == pytest.approx(0.75)


def test_what_was_used_before_the_job_is_not_the_jobs():
    # In 50 ms two cores can have given 0.1 s: the other 1.9 s are from before.
    cpu = JobCpu()
    assert cpu.add(living(2.0), 0.05) == pytest.approx(0.1)
    assert cpu.add(living(3.0), 0.55) == pytest.approx(1.1)


def test_what_nobody_waited_for_was_used_all_the_same():
    cpu = JobCpu()
    cpu.add(living(0.0), 1.0)
    cpu.add(living(0.0, 0.5, 0.5), 2.0)
    assert cpu.add(living(0.0, 0.5), 3.0) == pytest.approx(1.0)
    assert cpu.add(living(0.0, 0.75), 4.0) == pytest.approx(1.25)
