"""A client and a service of other versions."""

import base64
import json
import zlib

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Duration
from qiskit.circuit.classical import expr

from program_runtime.client import submission
from program_runtime.client.api.handshake import Handshake
from program_runtime.codec import wire
from program_runtime.errors import IncompatibleVersionsError

OURS = "api=1-1; codec=1-1; qpy=13-18"


@pytest.fixture
def circuits(contract):
    """A program that takes whatever it is given."""
    contract.add_program("circuits", parameters={})


def format_of(body):
    text = json.loads(body["inputs"])["circuit"]["__value__"]
    return zlib.decompress(base64.b64decode(text))[6]


def a_circuit():
    circuit = QuantumCircuit(1)
    circuit.h(0)
    return circuit


def test_the_first_answer_tells_the_versions_so_that_nothing_is_asked(
    contract, service
):
    contract.wire = OURS
    service.run("vqe", {"iterations": 1})
    assert contract.requests == ["GET /programs/vqe", "POST /jobs"]


def test_who_submits_before_any_answer_asks_once(contract, api):
    contract.wire = OURS
    for _ in range(2):
        submission.submit(api, "vqe", {"iterations": 1})
    assert contract.requests == ["GET /version", "POST /jobs", "POST /jobs"]


def test_a_service_that_says_nothing_in_headers_is_asked_once(contract, service):
    for _ in range(2):
        service.run("vqe", {"iterations": 1})
    assert contract.requests.count("GET /version") == 1


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        (
            "api=2-3",
            "speaks version 2 to 3 of the interface, this client speaks 1.",
            "Update this side: pip install -U qiskit-program-toolkit",
        ),
        (
            "api=0-0",
            "speaks version 0 of the interface, this client speaks 1.",
            "Update the service, on its machine: ",
        ),
        (
            "api=1-1; codec=2-2",
            "speaks version 2 of the encoding, this client speaks 1.",
            "Update this side: ",
        ),
    ],
    ids=["newer", "older", "encoding"],
)
def test_a_service_of_other_versions_gets_nothing(
    contract, service, said, message, hint
):
    contract.wire = said
    with pytest.raises(IncompatibleVersionsError) as caught:
        service.run("vqe", {"iterations": 1})
    assert caught.value.message == f"The service at {contract.url} {message}"
    assert caught.value.hint.startswith(hint)
    assert not any(line.startswith(("POST", "PUT")) for line in contract.requests)


def test_no_bundle_is_sent_to_a_service_of_other_versions(contract, api, tmp_path):
    contract.wire = "api=2-2"
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(b"bytes")
    with pytest.raises(IncompatibleVersionsError):
        api.put_release("vqe", "1.0.0", bundle, "sha256:0")
    assert contract.requests == ["GET /version"]


def test_a_refusal_in_another_interface_is_told_as_that(contract, api):
    """Where /api/v1 is gone, a bare 404 would mislead."""
    contract.wire = "api=2-2"
    with pytest.raises(IncompatibleVersionsError):
        api.job("job_absent")


def test_a_service_that_was_updated_meanwhile_is_compared_again(contract, service):
    contract.wire = OURS
    service.run("vqe", {"iterations": 1})
    contract.wire = "api=2-2"
    with pytest.raises(IncompatibleVersionsError):
        service.jobs()


def test_circuits_go_in_the_format_that_the_service_reads(contract, circuits, service):
    contract.wire = "api=1-1; qpy=13-15"
    job = service.run("circuits", {"circuit": a_circuit()})
    body = contract.jobs[job.job_id()].body
    assert format_of(body) == 15
    assert "qpy" not in body


def test_an_older_service_tells_its_qpy_in_its_document(contract, circuits, service):
    handshake = service.api.transport.wire
    handshake.read({"api": {"min": 1, "max": 1}, "qpy": 14})
    job = service.run("circuits", {"circuit": a_circuit()})
    assert format_of(contract.jobs[job.job_id()].body) == 14


def test_a_circuit_that_the_service_can_not_read_is_refused_before_there_is_a_job(
    contract, circuits, service
):
    contract.wire = "api=1-1; qpy=10-13"
    circuit = QuantumCircuit(1)
    circuit.delay(expr.lift(Duration.s(1.0)), 0)
    with pytest.raises(IncompatibleVersionsError, match="for the service"):
        service.run("circuits", {"circuit": circuit})
    assert not contract.jobs


def test_a_client_with_an_older_qiskit_says_what_it_reads(
    contract, service, monkeypatch
):
    contract.wire = OURS
    monkeypatch.setattr(wire, "qpy_here", lambda: wire.Range(13, 14))
    job = service.run("vqe", {"iterations": 1})
    assert contract.jobs[job.job_id()].body["qpy"] == 14


def test_a_service_that_knows_no_versions_is_taken_as_it_is():
    handshake = Handshake("http://127.0.0.1:1")
    for document in ({}, {"api": "1"}, {"api": {"min": "x"}, "qpy": None}):
        handshake.read(document)
    assert handshake.known
    assert handshake.target() is None
    assert handshake.results_qpy() is None


@pytest.mark.parametrize("body", [b"<html>", b"[]"], ids=["page", "list"])
def test_what_is_no_document_of_versions_says_nothing(contract, api, body):
    contract.fail_next("GET /version", 200, body=body)
    assert api.meet().known
    assert api.meet().target() is None
