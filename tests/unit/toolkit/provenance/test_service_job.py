"""A job as its service tells of it."""

import json
import zipfile

import pytest
from unit.toolkit.provenance.records import JOB, events

from program_runtime import bundle, errors
from program_runtime.client.stream import Event
from toolkit import provenance

LARGE = Event(3, 1.0, "result", None, "sha256:ab", 70_000)


class Api:
    """A service that has one job, and counts what it is asked."""

    def __init__(self, archive=None, **fields):
        self.archive, self.asked = archive, []
        program = {**JOB["program"]}
        if archive is not None:
            program["digest"] = bundle.digest_file(archive)
        self.described = {**JOB, "program": program, **fields}
        self.digest = program["digest"]

    def job(self, job_id):
        return {**self.described, "estimated_running_time_seconds": 7}

    def inputs(self, job_id):
        self.asked.append("inputs")
        return "{}"

    def events(self, job_id, *, after=0, limit=None):
        log = (*events(-1.0)[:2], LARGE)
        return {"events": [e._asdict() for e in log if e.seq > after]}

    def blob(self, job_id, digest):
        return b'"large"'

    def release(self, name, version):
        if self.digest is None:
            raise errors.RuntimeProgramNotFound("gone")
        return {"digest": self.digest, "labels": ["latest"], "size": 3}

    def download_bundle(self, name, version, target):
        self.asked.append("bundle")
        target.write_bytes(self.archive.read_bytes())

    def backend_configuration(self, name):
        if name == "ibm_gone":
            raise errors.BackendNotFoundError(name)
        return {"backend_version": "1"}

    def backend_properties(self, name):
        return {"t1": [1.0]}


@pytest.fixture
def archive(tmp_path):
    """Make a bundle."""

    def make(**files):
        path = tmp_path / "bundle.zip"
        with zipfile.ZipFile(path, "w") as opened:
            for name, text in files.items():
                opened.writestr(name.replace("__", "."), text)
        return path

    return make


def record(api):
    return provenance.ServiceJob(api, "job_1")


def test_what_the_service_says_of_the_moment_is_left_out():
    assert "estimated_running_time_seconds" not in record(Api()).job


def test_each_part_is_asked_for_once(archive):
    api = Api(archive(program__py="x", requirements__lock="numpy==2\n"))
    job = record(api)
    for _ in range(2):
        assert (job.inputs, job.part("requirements.lock")) == ("{}", b"numpy==2\n")
        assert job.part("bundle.zip") == api.archive.read_bytes()
    assert api.asked == ["inputs", "bundle"]


def test_a_bundle_without_a_lock_has_none(archive):
    assert record(Api(archive(program__py="x"))).part("requirements.lock") is None
    assert record(Api()).part("something else") is None


def test_another_bundle_under_the_version_is_not_the_jobs(archive):
    api = Api(archive(program__py="x"))
    api.described["program"]["digest"] = "sha256:0"
    assert record(api).part("bundle.zip") is None
    assert record(api).part("release.json") is None


def test_the_release_is_kept_without_its_labels():
    assert json.loads(record(Api()).part("release.json")) == {
        "digest": "sha256:0",
        "size": 3,
    }


def test_a_release_that_is_gone_is_left_out():
    api = Api()
    api.digest = None
    assert record(api).part("release.json") is None


@pytest.mark.parametrize(
    ("backend", "kept"),
    [("aer_simulator", False), ("fake_manila", True), ("ibm_gone", False)],
)
def test_a_device_is_described_and_a_simulator_is_not(backend, kept):
    content = record(Api(backend=backend)).part("backend.json")
    assert (content is not None) is kept
    if kept:
        assert json.loads(content)["properties"] == {"t1": [1.0]}


def test_a_large_result_is_fetched():
    assert provenance.result_text(record(Api())) == '"large"'
