"""A job submitted once more."""

import json

import pytest
from unit.toolkit.provenance.records import JOB, Record

from program_runtime.client.api.handshake import Handshake
from program_runtime.errors import BackendNotFoundError, RuntimeProgramNotFound
from toolkit import provenance
from toolkit.errors import NotRepeatableError


class Api:
    """A service that has one release."""

    def __init__(self, digest="sha256:0", backends=("aer_simulator",)):
        self.digest, self.backends = digest, backends
        self.blobs, self.bodies = [], []

    def meet(self):
        return Handshake("http://127.0.0.1:1")

    def release(self, name, version):
        if self.digest is None:
            raise RuntimeProgramNotFound(f"no {name}@{version}")
        return {"digest": self.digest}

    def put_blob(self, content):
        self.blobs.append(content)
        return "sha256:blob"

    def submit_job(self, body, *, idempotency_key):
        assert idempotency_key
        if body["backend"] not in self.backends:
            raise BackendNotFoundError(body["backend"])
        self.bodies.append(body)
        return {"id": "job_2"}


def test_release_inputs_options_and_seed_are_those_of_the_job():
    api, record = Api(), Record()
    assert provenance.rerun(api, record) == {"id": "job_2"}
    assert api.bodies == [
        {
            "program_id": "vqe@1.0.0",
            "inputs": record.inputs,
            "backend": "aer_simulator",
            "shots": 100,
            "seed": 7,
            "log_level": "INFO",
            "tags": ["first"],
        }
    ]


def test_large_inputs_are_sent_ahead_as_they_were():
    api, record = Api(), Record(inputs={"text": "x" * 100_000})
    provenance.rerun(api, record)
    assert json.loads(api.blobs[0]) == {"text": "x" * 100_000}
    assert api.bodies[0]["inputs_digest"] == "sha256:blob"


def test_a_drawn_seed_is_given_the_second_time():
    options = {"seed": 9, "seed_drawn": True}
    api = Api()
    provenance.rerun(api, Record(options=options))
    assert api.bodies[0]["seed"] == 9
    assert "seed_drawn" not in api.bodies[0]


def test_another_backend_can_be_asked_for():
    api = Api(backends=("fake_manila",))
    provenance.rerun(api, Record(), backend="fake_manila")
    assert api.bodies[0]["backend"] == "fake_manila"


@pytest.mark.parametrize(
    ("api", "message", "hint"),
    [
        (Api(digest=None), "vqe@1.0.0 that job_1 ran is not on", "--from-job job_1"),
        (Api(digest="sha256:9"), "is another release now", "`qrt submit vqe@1.0.0`"),
        (Api(backends=()), "'aer_simulator' of job_1 is gone", "--backend NAME"),
    ],
    ids=["release", "digest", "backend"],
)
def test_what_is_gone_is_named_with_what_to_do(api, message, hint):
    with pytest.raises(NotRepeatableError, match=message) as caught:
        provenance.rerun(api, Record(**JOB))
    assert hint in caught.value.hint
    assert not api.bodies
