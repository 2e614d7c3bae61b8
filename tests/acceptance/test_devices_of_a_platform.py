"""Programs on devices of IBM's platform; a second service stands in for the platform.

It speaks the platform's current interface, and its own programs ``sampler`` run what the
official client sends it from within the broker.
"""

import json
import os
import textwrap
import time
from pathlib import Path

import pytest
from acceptance.live_service import LiveService

from program_runtime.bundle import write_bundle

DEVICE = "ibm_fake_manila"
BELL = """
from qiskit import QuantumCircuit, transpile

def main(backend, user_messenger, shots=100):
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    ready = transpile(circuit, backend, seed_transpiler=1)
    user_messenger.publish("ready")
    return backend.run(ready, shots=shots).result().get_counts()
"""
BUSY = """
import time

def main(backend, user_messenger):
    while not user_messenger.stop_requested:
        time.sleep(0.05)
"""
THIEF = """
import glob, os, socket

def found(reversed_secret):
    secret = reversed_secret[::-1]
    places = {"environment": repr(dict(os.environ)).encode()}
    for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                places[path] = file.read()
        except OSError:
            continue
    return [place for place, data in places.items() if secret.encode() in data]

def reached(host, port):
    try:
        socket.create_connection((host, port), 2).close()
    except OSError:
        return False
    return True

def readable(paths):
    return [path for path in paths if os.access(path, os.R_OK)]

def main(backend, user_messenger, *, secret, port, paths):
    return {
        "found": found(secret),
        "reached": reached("127.0.0.1", port),
        "readable": readable(paths),
        "device": backend.name,
    }
"""


def publish(service, name, source, **metadata):
    files = {
        "program.py": textwrap.dedent(source).encode(),
        "program.json": json.dumps(
            {
                "name": name,
                "version": "1.0.0",
                "description": "For tests.",
                "max_execution_time": 300,
                "spec": {},
                **metadata,
            }
        ).encode(),
    }
    bundle = write_bundle(files, service.folder / f"{name}.zip")
    path = f"/programs/{name}/releases/1.0.0"
    answer = service.http("PUT", path, data=bundle.path.read_bytes())
    assert answer.status_code == 201, answer.text


def eventually(look, seconds=100):
    """Look until there is something to see."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)
    return seen


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    """One job at a time, so that a job that stays is a queue."""
    service = LiveService(tmp_path_factory.mktemp("platform"), workers=1).start()
    publish(service, "busy", BUSY)
    yield service
    service.stop()


@pytest.fixture(scope="module")
def service(platform, tmp_path_factory):
    """What our users use: it has an account at the platform."""
    service = LiveService(
        tmp_path_factory.mktemp("ours"),
        workers=2,
        ibm_token=platform.token,
        ibm_url=f"{platform.url}/experimental/api/v1",
        ibm_instance="qrt",
    )
    service.environment |= {
        "IAM_URL": platform.url,
        "GLOBAL_SEARCH_URL": platform.url,
        "GLOBAL_CATALOG_URL": f"{platform.url}/catalog",
    }
    service.start()
    publish(service, "bell", BELL, retry=True)
    publish(service, "bell-once", BELL)
    publish(service, "thief", THIEF)
    yield service
    service.stop()


@pytest.fixture
def queue(platform):
    """Something at the platform that everybody waits for, until it is released."""
    job_id = platform.submit("busy", backend="aer_simulator")
    eventually(lambda: state(platform, job_id)["status"] == "Running")
    released = []

    def release():
        if not released:
            released.append(platform.http("POST", f"/jobs/{job_id}/stop"))
            platform.finished(job_id)

    yield release
    release()


def state(service, job_id):
    return service.http("GET", f"/jobs/{job_id}").json()["state"]


def device_jobs(platform, job_id):
    """What the platform has of a job of ours, by the tag that the broker gives it."""
    found = platform.http("GET", "/jobs?program=sampler&limit=100").json()["jobs"]
    return [job for job in found if job["tags"][0].startswith(f"{job_id}/")]


def broker_of(service):
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
        ours = parent == service.process.pid
        if ours and b"program_runtime.execution.broker" in words:
            return int(folder.name)
    return None


def test_devices_stand_beside_the_own_backends(service):
    devices = service.http("GET", "/backends").json()["devices"]
    described = service.http("GET", f"/backends/{DEVICE}/configuration").json()

    assert {"aer_simulator", "fake_manila", DEVICE} <= {d["name"] for d in devices}
    assert (described["backend_name"], described["n_qubits"]) == (DEVICE, 5)
    assert described["simulator"] is False


def test_a_program_runs_on_a_device_and_what_it_used_is_counted(service, platform):
    job = service.finished(service.submit("bell", backend=DEVICE))

    result = service.http("GET", f"/jobs/{job['id']}/results").json()
    assert job["state"]["status"] == "Completed", job
    assert sum(result.values()) == 100
    usage = service.http("GET", f"/jobs/{job['id']}/metrics").json()["usage"]
    assert (usage["circuits"], usage["shots"]) == (1, 100)
    assert usage["quantum_seconds"] == usage["qpu_charge_time_seconds"] >= 0
    assert job["estimated_running_time_seconds"] >= 0  # by what such jobs have used
    assert len(device_jobs(platform, job["id"])) == 1


def test_a_built_in_program_runs_on_a_device(service, platform):
    client = service.client()
    from qiskit import QuantumCircuit, transpile

    from program_runtime import SamplerV2

    circuit = QuantumCircuit(2)
    circuit.x([0, 1])
    circuit.measure_all()
    backend = client.backend(DEVICE)
    ready = transpile(circuit, backend=backend, seed_transpiler=1)
    job = SamplerV2(mode=backend).run([ready], shots=50)

    counts = job.result()[0].data.meas.get_counts()
    assert sum(counts.values()) == 50
    assert counts["11"] > 30
    assert len(device_jobs(platform, job.job_id())) == 1


def test_a_wait_in_the_queue_of_the_device_is_the_reason_of_the_state(service, queue):
    job_id = service.submit("bell", backend=DEVICE)

    reason = eventually(lambda: state(service, job_id)["reason"])
    queue()
    job = service.finished(job_id)

    assert reason.startswith(f"waiting for {DEVICE}")
    assert (job["state"]["status"], job["state"]["reason"]) == ("Completed", None)
    interim = [e for e in service.events(job_id) if e["type"] == "interim"]
    assert [json.loads(event["data"]) for event in interim] == ["ready"]


def test_cancel_reaches_the_job_of_the_device(service, platform, queue):
    job_id = service.submit("bell", backend=DEVICE)
    eventually(lambda: device_jobs(platform, job_id))

    service.http("POST", f"/jobs/{job_id}/cancel")

    assert service.finished(job_id)["state"]["status"] == "Cancelled"
    (left,) = device_jobs(platform, job_id)
    assert eventually(
        lambda: state(platform, left["id"])["status"] == "Cancelled", seconds=20
    )


def test_a_broker_that_is_killed_finds_the_job_of_the_device_again(
    service, platform, queue
):
    job_id = service.submit("bell", backend=DEVICE)
    eventually(lambda: state(service, job_id)["reason"])
    before = broker_of(service)

    os.kill(before, 9)
    after = eventually(lambda: broker_of(service) not in {None, before})
    queue()

    assert after
    assert service.finished(job_id)["state"]["status"] == "Completed"
    assert len(device_jobs(platform, job_id)) == 1


def test_a_service_that_is_killed_finds_the_job_of_the_device_again(
    service, platform, queue
):
    job_id = service.submit("bell", backend=DEVICE)
    eventually(lambda: state(service, job_id)["reason"])

    service.kill()
    service.start()
    eventually(lambda: state(service, job_id)["reason"])
    queue()

    assert service.finished(job_id)["state"]["status"] == "Completed"
    assert len(device_jobs(platform, job_id)) == 1


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_device_stops_to_work_for_a_job_that_ended_with_the_service(
    service, platform, queue, end
):
    job_id = service.submit("bell-once", backend=DEVICE)
    eventually(lambda: state(service, job_id)["reason"])

    getattr(service, end)()
    service.start()

    assert service.finished(job_id)["failure"]["code"] == "service_restarted"
    (left,) = device_jobs(platform, job_id)
    assert eventually(lambda: state(platform, left["id"])["status"] == "Cancelled")


def test_a_program_on_a_device_sees_neither_token_nor_network(
    service, platform, monkeypatch
):
    thief = {}
    exec(THIEF, thief)
    # Turned round, so that it is in no input of a job: that would be in the database.
    secret, journal = platform.token, service.data_dir / "broker" / "journal.jsonl"
    paths = [str(journal), str(platform.data_dir / "owner.token")]
    monkeypatch.setenv("PLANTED", secret)
    inputs = {"secret": secret[::-1], "port": platform.port, "paths": paths}

    # Alive first: what the thief looks for is there, and it can find it.
    assert "environment" in thief["found"](secret[::-1])
    assert thief["reached"]("127.0.0.1", platform.port)
    assert thief["readable"](paths) == paths
    job = service.finished(service.submit("thief", json.dumps(inputs), backend=DEVICE))
    if job["isolation"] == "none":
        pytest.skip("programs have no walls here")
    seen = service.http("GET", f"/jobs/{job['id']}/results").json()

    assert seen == {"found": [], "reached": False, "readable": [], "device": DEVICE}


def test_the_credentials_are_in_no_log_and_in_no_file_of_the_service(service, platform):
    kept = [path for path in service.data_dir.rglob("*") if path.is_file()]
    places = [service.log, *kept]

    assert [p for p in places if platform.token.encode() in p.read_bytes()] == []
