"""What is noted of the conditions under which a job runs."""

import asyncio
from importlib import metadata
from pathlib import Path

import pytest

from program_runtime.environments import Lock, Pin
from program_runtime.errors import ExecutionError
from program_runtime.execution.limits import Limits
from program_runtime.execution.spec import JobSpec
from program_runtime.service.api.submissions import with_seed
from program_runtime.service.conditions import Conditions, snapshot_of

CALIBRATED = "2026-11-20T10:00:00Z"
DESCRIPTION = {
    "configuration": {"backend_version": "1.2.3", "n_qubits": 5},
    "properties": {"last_update_date": CALIBRATED, "t1": [0.1]},
    "status": {"length_queue": 7},
}


class Devices:
    def __init__(self, answer):
        self.answer = answer

    async def describe(self, _name):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def noted(backends, **fields):
    spec = JobSpec(
        **{"job_id": "job_1", "program_dir": Path(), "inputs": b"{}"} | fields
    )

    async def scenario():
        async with Conditions(backends).noted(spec) as found:
            async with asyncio.timeout(5):
                while fields.get("brokered") and len(asyncio.all_tasks()) > 1:  # noqa: ASYNC110 - it ends by itself
                    await asyncio.sleep(0)
        return found

    return asyncio.run(scenario())


def test_a_job_on_a_simulator_notes_versions_and_limits_and_asks_nobody():
    found = noted(None, backend="aer_simulator", limits=Limits(wall_time_s=5.0))
    assert found["backend"] == {"name": "aer_simulator"}
    assert {"python", "qiskit", "numpy"} <= set(found["versions"])
    assert found["limits"]["wall_time_s"] == 5.0
    assert "memory_bytes" not in found["limits"]


@pytest.mark.parametrize("has_own", [False, True], ids=["overlay", "own"])
def test_a_release_with_requirements_notes_those_versions_too(tmp_path, has_own):
    pin = Pin(name="cvxpy", version="1.6.0", hashes=("sha256:" + "0" * 64,))
    lock = Lock(python="3.11", platform="x86_64-manylinux_2_28", pins=(pin,))
    (tmp_path / "requirements.lock").write_text(lock.text())
    place = {"overlay": (tmp_path,), "alone": has_own}
    found = noted(None, backend="aer_simulator", program_dir=tmp_path, **place)
    assert found["requirements"] == lock.digest()
    assert found["versions"]["cvxpy"] == "1.6.0"
    assert ("numpy" in found["versions"]) is not has_own


def test_what_the_base_has_is_noted_as_it_is_there_and_not_as_it_was_locked(tmp_path):
    pins = tuple(
        Pin(name=name, version="0.0.1", hashes=("sha256:" + "0" * 64,))
        for name in ("numpy", "pytest", "tiny-a")
    )
    lock = Lock(python="3.11", platform="x86_64-manylinux_2_28", pins=pins)
    (tmp_path / "requirements.lock").write_text(lock.text())
    found = noted(
        None, backend="aer_simulator", program_dir=tmp_path, overlay=(tmp_path,)
    )["versions"]
    assert found["tiny-a"] == "0.0.1"
    assert found["numpy"] == metadata.version("numpy")
    assert found["pytest"] == metadata.version("pytest")


def test_a_job_on_a_device_notes_its_calibration():
    found = noted(Devices(DESCRIPTION), backend="ibm_x", brokered=True)["backend"]
    assert (found["name"], found["version"]) == ("ibm_x", "1.2.3")
    assert found["calibrated"] == CALIBRATED
    assert found["digest"].startswith("sha256:")


def test_a_device_that_can_not_be_described_is_noted_by_name():
    refusing = Devices(ExecutionError("the broker is gone"))
    found = noted(refusing, backend="ibm_x", brokered=True)
    assert found["backend"] == {"name": "ibm_x"}


def test_the_digest_changes_with_the_calibration_and_not_with_the_queue():
    busier = {**DESCRIPTION, "status": {"length_queue": 0}}
    properties = {**DESCRIPTION["properties"], "t1": [0.2]}
    recalibrated = {**DESCRIPTION, "properties": properties}
    digests = [
        snapshot_of("ibm_x", each)["digest"]
        for each in (DESCRIPTION, busier, recalibrated)
    ]
    assert digests[0] == digests[1] != digests[2]


def test_a_seed_is_drawn_where_none_is_chosen_and_says_so():
    drawn = with_seed({"shots": 10})
    assert 0 <= drawn["seed"] < 2**31
    assert drawn["seed_drawn"] is True
    assert drawn["shots"] == 10


def test_a_chosen_seed_stays():
    assert with_seed({"seed": 0}) == {"seed": 0}
