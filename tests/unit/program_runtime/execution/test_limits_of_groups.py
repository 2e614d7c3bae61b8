"""A job's control group: made, filled, asked for the reason, removed."""

import pytest

from program_runtime.execution.confinement.cgroup import Delegation

pytestmark = pytest.mark.fork


class Kernel(Delegation):
    """Plays the kernel's part on ordinary files: this machine may divide no group."""

    def __init__(self, root, events="oom_kill 0\n"):
        super().__init__(root, frozenset({"memory", "pids"}))
        self.events = events
        self.made = []

    def group(self, name, limits, *, disk_in_memory):
        group = super().group(name, limits, disk_in_memory=disk_in_memory)
        (group.path / "memory.events").write_text(self.events)
        (group.path / "memory.peak").write_text("700000000\n")
        self.made.append(name)
        return group


def test_a_job_is_put_into_a_group_of_its_own(make_laboratory, tmp_path):
    kernel = Kernel(tmp_path)
    lab = make_laboratory(delegation=kernel, pool_size=0)
    assert lab.run("def main(b, m): return 1").result == 1
    [name] = kernel.made
    job, _, pid = name.rpartition("-")
    assert job == "job_test"
    # An ordinary file keeps only what was written to it last.
    assert (tmp_path / name / "cgroup.procs").read_text().isdigit()
    assert int(pid) > 0


def test_the_kernels_reason_is_the_jobs(make_laboratory, tmp_path):
    kernel = Kernel(tmp_path, "oom 1\noom_kill 3\n")
    lab = make_laboratory(delegation=kernel, pool_size=0)
    run = lab.run(
        "import os\ndef main(b, m): os.kill(os.getpid(), 9)",
        limits={"memory_bytes": 600_000_000},
    )
    code, message = run.failure
    assert code == "memory"
    assert "used 667.6 MiB (700,000,000 bytes) of memory, the limit is 572" in message


def test_a_job_runs_without_a_group_that_can_not_be_made(
    make_laboratory, tmp_path, caplog
):
    lab = make_laboratory(delegation=Kernel(tmp_path / "gone"), pool_size=0)
    assert lab.run("def main(b, m): return 1").result == 1
    assert "Job job_test has no control group: " in caplog.text
