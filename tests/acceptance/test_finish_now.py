"""A caller has seen enough: the program finishes now, with a result that is whole."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from acceptance.attached_command import AttachedCommand

from program_runtime import metadata

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def publish(live, tmp_path):
    """Publish a sample; returns its name and the schema of its result."""

    def publish(sample):
        folder = tmp_path / sample
        unneeded = shutil.ignore_patterns("dist", "tests", ".*")
        shutil.copytree(SAMPLES / sample, folder, ignore=unneeded)
        live.qrt("publish", folder, "--yes")
        about = json.loads((folder / "program.json").read_text())
        return about["name"], about["spec"]["return_values"]

    return publish


def assert_finished_early(result, schema):
    assert metadata.validate_value(schema, result, path="result") == []
    assert result["stopped_early"] is True
    assert 1 <= result["iterations"] < 100_000


def test_qrt_stop_ends_a_vqe_with_the_best_point_so_far(live, publish):
    name, schema = publish("vqe")
    inputs = SAMPLES / "vqe" / "inputs" / "h2.json"
    words = ("submit", name, "-i", f"@{inputs}", "-i", "iterations=100000", "--json")
    job_id = json.loads(live.qrt(*words).stdout)["id"]
    follow = AttachedCommand(
        "follow", job_id, cwd=live.folder, environment=live.environment
    )
    try:
        follow.wait_for('"iteration": 1')
        told = live.qrt("stop", job_id)
        assert told.stdout == f"{job_id}\n"
        assert told.stderr == "asked to finish\n"
        assert live.finished(job_id)["state"]["status"] == "Completed"
    finally:
        follow.close()
    result = json.loads(live.qrt("result", job_id).stdout)
    assert_finished_early(result, schema)
    seen = [event for event in live.events(job_id) if event["type"] == "interim"]
    assert len(seen) == result["iterations"]


def test_a_job_is_stopped_from_python_by_the_callback_that_saw_enough(live, publish):
    name, schema = publish("quantum_kernel_alignment")
    sample = SAMPLES / "quantum_kernel_alignment" / "inputs" / "six_points.json"
    inputs = json.loads(sample.read_text())
    inputs |= {"features": np.array(inputs["features"]), "iterations": 99_999}
    service = live.client()
    seen = []

    def enough(job_id, interim):
        seen.append(interim)
        if len(seen) == 2:
            service.job(job_id).stop()

    job = service.run(name, inputs, callback=enough)
    assert_finished_early(job.result(timeout=60), schema)
    assert job.status().name == "DONE"
