"""What is too large is refused with its reason, on every road, and never cut."""

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

MESSAGE_BYTES = 100_000
RESULT_BYTES = 200_000
LOG_BYTES = 50_000
INPUTS_BYTES = 300_000

PROGRAM = """
def main(backend, user_messenger, *, road, size):
    text = "x" * size
    if road == "message":
        user_messenger.publish(text)
    elif road == "checkpoint":
        user_messenger.checkpoint(text)
    elif road == "metric":
        user_messenger.metric(step=1, **{"n" * size: 1})
    elif road == "log":
        print(text, end="")
    return text if road == "result" else "done"
"""
QUOTES = 2
"""A text as JSON."""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A service with small limits."""
    folder = tmp_path_factory.mktemp("small")
    blobs = FolderBlobStore(folder / "data" / "blobs")
    with service_for(
        folder,
        blobs=blobs,
        store=SqlStore(f"sqlite:///{folder}/data/db.sqlite3", blobs),
        executor=LocalExecutor(spool_dir=folder / "data" / "spool", pool_size=1),
        message_bytes=MESSAGE_BYTES,
        result_bytes=RESULT_BYTES,
        log_bytes=LOG_BYTES,
        inputs_bytes=INPUTS_BYTES,
    ) as service:
        service.seed(source=PROGRAM)
        yield service


def ended(service, road, size):
    inputs = json.dumps({"road": road, "size": size})
    return service.u_b.finished(service.u_b.submit(inputs=inputs))


@pytest.mark.parametrize(
    ("road", "limit", "code", "message"),
    [
        ("message", MESSAGE_BYTES - QUOTES, "messages", "A message has 100001 bytes"),
        ("checkpoint", MESSAGE_BYTES - QUOTES, "messages", "A message has 100001"),
        ("result", RESULT_BYTES - QUOTES, "result_too_large", "has 200001 bytes"),
        ("log", LOG_BYTES, "output", "limit of 50000 bytes"),
    ],
)
def test_one_byte_too_many_fails_the_job_and_says_by_how_much(
    small, road, limit, code, message
):
    job = ended(small, road, limit + 1)
    assert job["state"]["status"] == "Failed"
    assert job["failure"]["code"] == code
    assert message in job["failure"]["message"]
    events = small.u_b.stream(job["id"])
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    kinds = {event["type"] for event in events}
    assert kinds <= {"status", "error", "log"}  # nothing of it came to be stored
    assert small.u_b.get(f"/jobs/{job['id']}/results").status_code == 204


@pytest.mark.parametrize(
    ("road", "kind", "limit"),
    [
        ("message", "interim", MESSAGE_BYTES - QUOTES),
        ("checkpoint", "checkpoint", MESSAGE_BYTES - QUOTES),
        ("result", "result", RESULT_BYTES - QUOTES),
        ("log", "log", LOG_BYTES),
    ],
)
def test_what_just_fits_arrives_whole(small, road, kind, limit):
    job = ended(small, road, limit)
    assert job["state"]["status"] == "Completed", job
    found = [event for event in small.u_b.stream(job["id"]) if event["type"] == kind]
    texts = [
        event["data"]
        if event["data"] is not None
        else small.u_b.get(f"/jobs/{job['id']}/blobs/{event['blob']}").text
        for event in found
    ]
    wanted = "x" * limit
    assert "".join(texts) == (wanted if road == "log" else json.dumps(wanted))


def test_a_metric_has_its_own_limit(small):
    job = ended(small, "metric", 70_000)
    assert job["failure"]["code"] == "messages"
    assert "the limit is 65536 bytes" in job["failure"]["message"]


def text_of(size):
    """An object of so many bytes."""
    empty = '{"road":"","size":0}'
    return f'{{"road":"{"x" * (size - len(empty))}","size":0}}'


def test_inputs_that_are_too_large_are_413_on_every_road(small):
    over, fits = text_of(INPUTS_BYTES + 1), text_of(INPUTS_BYTES)
    digest = f"sha256:{hashlib.sha256(over.encode()).hexdigest()}"
    job = {"program_id": "hello"}
    for answer in (
        small.u_b.post("/jobs", json=job | {"inputs": over}),
        small.u_b.post("/jobs", json=job | {"params": {"road": "x" * INPUTS_BYTES}}),
        small.u_b.put(f"/blobs/{digest}", content=over),
    ):
        assert answer.status_code == 413, answer.text
        assert answer.json()["error"]["code"] == "too_large"
        assert "300,000 bytes" in answer.json()["error"]["message"]
    answer = small.u_b.post("/jobs", json=job | {"inputs": fits})
    assert answer.status_code == 201
    assert small.u_b.get(f"/jobs/{answer.json()['id']}/inputs").text == fits


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"tags": ["x" * 201]}, "tags.0"),
        ({"tags": ["x"] * 101}, "tags"),
        ({"session_id": "x" * 201}, "session_id"),
        ({"backend": "x" * 201}, "backend"),
    ],
)
def test_metadata_of_a_job_that_is_too_large_is_refused(small, fields, path):
    answer = small.u_b.post("/jobs", json={"program_id": "hello", **fields})
    assert answer.status_code == 400
    [problem] = answer.json()["error"]["problems"]
    assert problem["path"].startswith(path)


def test_metadata_of_a_release_that_is_too_large_is_refused(small):
    info = small.bundle("large", description="x" * 2_000_000)
    answer = small.maker.put(
        "/programs/large/releases/1.0.0", content=info.path.read_bytes()
    )
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == "bad_bundle"
    assert "program.json" in answer.text
    assert small.maker.get("/programs/large").status_code == 404
