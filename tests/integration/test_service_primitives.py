"""The built-in programs on a service with real child processes."""

import json
import sys

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from service_in_process import service_for

from program_runtime import codec
from program_runtime.service.executors import LocalExecutor
from program_runtime.service.store import FolderBlobStore, SqlStore

pytestmark = [
    pytest.mark.fork,
    pytest.mark.skipif(sys.platform != "linux", reason="needs fork"),
]


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """One service for all tests here: its zygote takes its time."""
    folder = tmp_path_factory.mktemp("real")
    blobs = FolderBlobStore(folder / "data" / "blobs")
    (folder / "data").mkdir(exist_ok=True)
    store = SqlStore(f"sqlite:///{folder}/data/db.sqlite3", blobs=blobs)
    executor = LocalExecutor(spool_dir=folder / "data" / "spool", pool_size=1)
    with service_for(
        folder, blobs=blobs, store=store, executor=executor, builtin_programs=True
    ) as service:
        yield service


def turned():
    """Make a circuit that no device runs as it is."""
    circuit = QuantumCircuit(2)
    circuit.ry(Parameter("angle"), 0)
    circuit.cx(0, 1)
    return circuit


def run(service, program, inputs, **fields):
    """Run a job to its end; returns it and its result."""
    job_id = service.u_b.submit(program, codec.encode(inputs), **fields)
    job = service.u_b.finished(job_id)
    text = service.u_b.get(f"/jobs/{job_id}/results").text
    return job, codec.decode(text) if job["state"]["status"] == "Completed" else text


def test_anyone_runs_a_built_in_program(real):
    circuit = turned()
    job, result = run(
        real, "estimator", {"pubs": [(circuit, ["ZZ", "ZI"], [0.0], 0)], "version": 2}
    )
    assert job["state"]["status"] == "Completed"
    assert result[0].data.evs.tolist() == [1.0, 1.0]
    circuit.measure_all()
    inputs = {"circuits": [circuit], "parameter_values": [[0.0]]}
    _, result = run(real, "sampler", inputs)
    assert result["quasi_dists"] == [{"00": 1.0}]


def test_jobs_of_a_session_find_what_the_first_one_transpiled(real):
    answer = real.u_b.post(
        "/sessions", json={"mode": "dedicated", "backend": "fake_manila"}
    )
    session = answer.json()["id"]
    circuit = turned().measure_all(inplace=False)
    origins = []
    for angle in (0.1, 0.2, 0.3):
        pubs = [(circuit, [angle], 10)]
        _, result = run(
            real,
            "sampler",
            {"pubs": pubs, "version": 2, "options": {"optimization_level": 1}},
            backend="fake_manila",
            session_id=session,
        )
        origins.append(result[0].metadata["transpilation"])
    real.u_b.delete(f"/sessions/{session}/close")
    assert origins == ["transpiled", "cached", "cached"]


def test_what_is_wrong_with_pubs_is_why_the_job_failed(real):
    pubs = [(turned(), [], 0)]
    job, _ = run(real, "sampler", {"pubs": pubs, "version": 2})
    assert job["state"]["status"] == "Failed"
    reason = job["state"]["reason"]
    assert "pubs[0][1]: have 0 values in a set" in reason
    assert "pubs[0][2]: is 0, expected at least 1 shot" in reason


def test_inputs_that_are_of_neither_form_are_refused(real):
    job, _ = run(real, "sampler", {"options": {}})
    assert job["state"]["status"] == "Failed"
    assert "pubs" in json.dumps(job)


@pytest.mark.parametrize("account", ["maker", "root"])
def test_nobody_publishes_under_the_name_of_a_built_in_program(real, account):
    info = real.bundle("sampler", "9.0.0")
    answer = getattr(real, account).put(
        "/programs/sampler/releases/9.0.0", content=info.path.read_bytes()
    )
    assert answer.status_code == 409
    assert "The name 'sampler' belongs to another owner." in answer.text


def test_a_service_can_do_without_them(tmp_path):
    with service_for(tmp_path, builtin_programs=False) as service:
        assert service.root.get("/programs").json()["programs"] == []
