"""A runner for one job: no zygote, no child that nobody will use."""

import os

from program_runtime.execution import SpawnLauncher


def test_a_child_is_started_only_when_a_job_needs_it(make_laboratory):
    launcher = SpawnLauncher()
    room = make_laboratory(launcher=launcher, refill=False)
    started = []
    for _ in range(2):
        assert room.run("def main(backend, messenger): return 1").result == 1
        started.append(launcher.health()["children_started"])
    assert started == [1, 2]


def test_a_child_that_can_not_start_says_why(make_laboratory, tmp_path):
    (tmp_path / "qiskit.py").write_text("raise ImportError('planted')")
    launcher = SpawnLauncher(environment={**os.environ, "PYTHONPATH": str(tmp_path)})
    room = make_laboratory(launcher=launcher, refill=False)
    code, message = room.run("def main(b, m): return 1").failure
    assert code == "internal"
    assert message.startswith("A child ended before it was ready: Traceback")
    assert message.endswith("ImportError: planted")
