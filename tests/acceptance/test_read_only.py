"""A data directory that can not be written, from the start or from some moment on."""

import json
import signal
import subprocess

import pytest
import requests
from acceptance.disks import BreakingDisk, may_mount_images, mounting_words
from acceptance.live_service import QRT, WAIT_S, LiveService

from program_runtime import errors

SOURCE = """
import time

def main(backend, user_messenger, *, wait=False, again=False):
    user_messenger.publish("begun")
    while wait and not user_messenger.stop_requested:
        time.sleep(0.01)
    if wait:
        user_messenger.publish("stopped")
    return "done"
"""
READ_ONLY = """
mount --bind "$QRT_DATA_DIR" "$QRT_DATA_DIR" &&
mount -o remount,bind,ro "$QRT_DATA_DIR" && exec "$@"
"""


@pytest.mark.skipif(mounting_words() is None, reason="nothing can be mounted here")
@pytest.mark.parametrize("used_before", [False, True])
def test_a_service_that_can_not_write_its_data_does_not_start(tmp_path, used_before):
    service = LiveService(tmp_path)
    service.data_dir.mkdir()
    if used_before:
        service.start()
        service.stop()
    words = [*mounting_words(), "sh", "-c", READ_ONLY, "sh", QRT, "serve"]
    done = subprocess.run(
        [*words, "--port", "0"],
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        (
            f"error: The data directory {service.data_dir} can not be used: "
            "Read-only file system."
        ),
        "hint: Make room or mend its rights, or choose another one with --data-dir.",
    ]


@pytest.mark.skipif(not may_mount_images(), reason="no file system can be broken here")
def test_a_disk_that_turns_read_only_stops_what_is_written_and_loses_nothing(tmp_path):
    disk = BreakingDisk(tmp_path)
    service = disk.service
    try:
        service.start()
        service.token = (disk.data_dir / "owner.token").read_text().strip()
        client = service.client()
        client.upload_program(SOURCE, {"name": "worker"})
        done = client.run("worker")
        assert done.result(WAIT_S) == "done"
        running = client.run("worker", {"wait": True})
        while "begun" not in running.interim_results():
            pass
        disk.break_()
        refused = service.http("POST", "/jobs", json={"program_id": "worker"})
        assert refused.status_code == 507
        assert refused.json()["error"]["code"] == "storage"
        with pytest.raises(errors.ApiError) as caught:
            client.upload_program(SOURCE, {"name": "other"})
        assert (caught.value.status, caught.value.service_code) == (507, "storage")
        health = requests.get(f"{service.url}/healthz", timeout=WAIT_S).json()
        assert (health["status"], health["store"]) == (
            "degraded",
            "can not be written: the database failed: disk I/O error",
        )
        # What is there is read, and the job that can not say anything has not ended.
        assert service.client().job(done.job_id()).result(WAIT_S) == "done"
        running.stop()
        path = f"/jobs/{running.job_id()}?wait=1"
        assert service.http("GET", path).json()["state"]["status"] == "Running"
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(15) == 0
        service.process.stdout.close()
        service.start()
        assert service.client().job(done.job_id()).result(WAIT_S) == "done"
        ended = service.finished(running.job_id())
        assert ended["failure"]["code"] == "service_restarted"
        events = service.events(running.job_id())
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert json.loads(events[2]["data"]) == "begun"
        assert service.count_jobs() == 2
        assert service.client().run("worker").result(WAIT_S) == "done"
    finally:
        service.stop()
