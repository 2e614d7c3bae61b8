"""The service with its own database, blob folder and child processes."""

import hashlib
import json
import sys

import pytest
from service_in_process import service_for

from program_runtime.service.executors import LocalExecutor
from program_runtime.service.store import FolderBlobStore, SqlStore

pytestmark = [
    pytest.mark.fork,
    pytest.mark.skipif(sys.platform != "linux", reason="needs fork"),
]

PROGRAM = """
import sys
def main(backend, user_messenger, text="", repeat=0, fail=False):
    print("to the log")
    for number in range(repeat):
        user_messenger.publish({"number": number})
    user_messenger.metric(energy=-1.5, step=1)
    if fail:
        raise ValueError("no convergence")
    return {"length": len(text), "text": text, "backend": backend.name}
"""
SPEC = {
    "parameters": {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "repeat": {"type": "integer"},
            "fail": {"type": "boolean"},
        },
    }
}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """One service for all tests here: its zygote takes its time."""
    folder = tmp_path_factory.mktemp("real")
    blobs = FolderBlobStore(folder / "data" / "blobs")
    (folder / "data").mkdir(exist_ok=True)
    store = SqlStore(f"sqlite:///{folder}/data/db.sqlite3", blobs=blobs)
    executor = LocalExecutor(spool_dir=folder / "data" / "spool", pool_size=1)
    with service_for(folder, blobs=blobs, store=store, executor=executor) as service:
        info = service.bundle("real", source=PROGRAM, spec=SPEC)
        answer = service.maker.put(
            "/programs/real/releases/1.0.0?visibility=public",
            content=info.path.read_bytes(),
        )
        assert answer.status_code == 201, answer.text
        yield service
    left = [path for path in (folder / "data" / "spool").rglob("*") if path.is_file()]
    assert left == []


def test_a_program_runs_and_streams(real):
    job_id = real.u_b.submit("real", '{"text": "ab", "repeat": 3}')
    events = real.u_b.stream(job_id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    interim = [event["data"] for event in events if event["type"] == "interim"]
    assert [json.loads(text) for text in interim] == [{"number": n} for n in range(3)]
    result = real.u_b.get(f"/jobs/{job_id}/results").json()
    assert result == {"length": 2, "text": "ab", "backend": "aer_simulator"}
    assert real.u_b.get(f"/jobs/{job_id}/logs").text == "to the log\n"
    [metric] = real.u_b.get(f"/jobs/{job_id}/metrics").json()["metrics"]
    assert metric["values"] == {"energy": -1.5}
    job = real.u_b.get(f"/jobs/{job_id}").json()
    assert job["isolation"] == real.executor.level
    assert job["usage"]["wall_s"] > 0


def test_inputs_and_result_of_many_megabytes_pass(real):
    text = json.dumps({"text": "x" * 20_000_000})
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    answer = real.u_b.put(f"/blobs/{digest}", content=text.encode())
    assert answer.status_code == 201
    body = {"program_id": "real", "inputs_digest": digest}
    job_id = real.u_b.post("/jobs", json=body).json()["id"]
    answer = real.u_b.get(f"/jobs/{job_id}/results?wait=60")
    assert answer.status_code == 200, real.u_b.get(f"/jobs/{job_id}").text
    assert answer.json()["length"] == 20_000_000
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert real.u_b.get(f"/jobs/{job_id}/inputs").text == text


def test_inputs_that_break_the_schema_fail_before_main(real):
    job = real.u_b.finished(real.u_b.submit("real", '{"repeat": "three"}'))
    assert job["failure"]["code"] == "bad_inputs"
    assert "repeat" in job["failure"]["message"]
    assert real.u_b.get(f"/jobs/{job['id']}/logs").text == ""


@pytest.mark.parametrize("inputs", ["not json", "[1]", '{"x": ', "NaN"])
def test_inputs_that_are_no_object_fail_the_job_not_the_service(real, inputs):
    job = real.u_b.finished(real.u_b.submit("real", inputs))
    assert (job["state"]["status"], job["failure"]["code"]) == ("Failed", "bad_inputs")


def test_an_error_shows_the_authors_frames(real):
    job = real.u_b.finished(real.u_b.submit("real", '{"fail": true}'))
    assert job["failure"]["code"] == "program_error"
    assert "no convergence" in job["failure"]["message"]
    assert "program.py" in job["failure"]["traceback"]
    assert real.u_b.get(f"/jobs/{job['id']}/logs").text.startswith("to the log\n")
