"""A program published to a gateway of Qiskit Serverless, and run there for real."""

import io
import json
import shlex
import shutil
import sys
import time
from pathlib import Path

import gateway_server
import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit_ibm_runtime import RuntimeDecoder, RuntimeEncoder

from program_runtime import codec
from toolkit.cli import _main
from toolkit.publish.targets.qiskit_serverless.gateway import Gateway

PROGRAM = '''\
"""Sample a circuit and scale an array; fail or wait on request."""

import sys
import time

import helper
import program_runtime


def main(backend, user_messenger, *, circuit, array, mode="work"):
    """Do what ``mode`` says."""
    print("computing where", program_runtime.__file__)
    print("aside", file=sys.stderr, end="")
    user_messenger.publish({"step": 0, "array": array})
    user_messenger.metric(step=0, size=array.size)
    if mode == "fail":
        return helper.divide(1, 0)
    if mode == "odd":
        return object()
    while mode == "wait":
        time.sleep(0.05)
    job = backend.run(circuit)
    user_messenger.publish({"step": 1})
    return {"counts": job.result().get_counts(), "array": 2 * array, "circuit": circuit}
'''
METADATA = {
    "name": "gatewayed",
    "version": "1.2.0",
    "description": "Runs on a gateway.",
    "spec": {
        "parameters": {
            "type": "object",
            "properties": {
                "circuit": {"format": "quantum-circuit", "description": "Measured."},
                "array": {"format": "ndarray", "description": "Any."},
                "mode": {"type": "string", "enum": ["work", "fail", "wait", "odd"],
                         "description": "What to do."},
            },
            "required": ["circuit", "array"],
        }
    },
}  # fmt: skip
PYPROJECT = """\
[project]
name = "gatewayed"
dynamic = ["version"]
dependencies = ["numpy>=1.26", "qiskit>=2.0", "qiskit-aer>=0.17"]
"""


@pytest.fixture
def gateway(tmp_path):
    with gateway_server.serving(tmp_path / "gateway") as running:
        yield running


def _circuit():
    circuit = QuantumCircuit(2, 2)
    circuit.x(0)
    circuit.measure([0, 1], [0, 1])
    return circuit


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    (root / "inputs").mkdir(parents=True)
    inputs = {"circuit": _circuit(), "array": np.arange(4.0).reshape(2, 2)}
    (root / "inputs/one.json").write_text(codec.encode(inputs))
    (root / "program.py").write_text(PROGRAM)
    (root / "helper.py").write_text("def divide(a, b):\n    return a / b\n")
    (root / "program.json").write_text(json.dumps(METADATA))
    (root / "pyproject.toml").write_text(PYPROJECT)
    return root


@pytest.fixture
def qrt(project, gateway, tmp_path, monkeypatch, capsys):
    """The command of somebody who has logged in to the gateway."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("QRT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("QRT_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "config").mkdir()

    def run(*words, code=0, stdin=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        ended = _main.run(words)
        told = capsys.readouterr()
        assert ended == code, (words, ended, told)
        assert gateway_server.TOKEN not in told.out + told.err
        return told

    log_in = ("login", gateway.url, "--target", "qiskit-serverless", "--name", "gw")
    run(*log_in, "--token-stdin", stdin=gateway_server.TOKEN)
    return run


@pytest.fixture
def published(qrt):
    qrt("publish", "--target", "qiskit-serverless", "-q")
    return qrt


def test_the_commands_of_the_page_work_as_they_stand_there(
    qrt, gateway, monkeypatch, tmp_path
):
    repository = Path(__file__).parents[2]
    shutil.copytree(repository / "samples" / "vqe", tmp_path / "vqe")
    monkeypatch.chdir(tmp_path / "vqe")
    page = (repository / "docs" / "qiskit-serverless.md").read_text()
    block = page.split("```console\n")[1].split("```")[0]
    job_id = ""
    for command in block.replace("https://gateway.example", gateway.url).splitlines():
        words = shlex.split(command.removeprefix("$ qrt ").removesuffix("< token"))
        words = [job_id if word == "JOB" else word for word in words]
        told = qrt(*words, stdin=gateway_server.TOKEN)
        if words[0] == "submit":
            job_id = told.out.strip()
        if words[0] == "result":
            assert json.loads(told.out)["energy"] < -1.7
    assert [r[1] for r in gateway.requests].count("programs/upload") == 1


def _lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_what_the_official_encoder_sends_comes_back_with_every_interim_result(
    published, gateway
):
    inputs = {
        "circuit": _circuit(),
        "array": np.arange(4.0).reshape(2, 2),
        "backend": {"shots": 100, "seed": 7},
    }
    text = json.dumps(inputs, cls=RuntimeEncoder)
    job_id = Gateway(gateway.url, gateway_server.TOKEN).run("gatewayed", text)["id"]
    told = published("follow", job_id, "--profile", "gw")
    assert "log: aside" in told.err
    assert "working_dir/runtime/program_runtime/__init__.py" in told.err
    result = json.loads(gateway.jobs[job_id].result(), cls=RuntimeDecoder)
    assert result["counts"] == {"01": 100}
    assert np.array_equal(result["array"], [[0, 2], [4, 6]])
    assert result["circuit"] == inputs["circuit"]

    followed = _lines(published("follow", job_id, "--profile", "gw", "--json").out)
    events = [event for event in followed if event["type"] not in ("log", "outcome")]
    assert [(event["seq"], event["type"]) for event in events] == [
        (1, "status"),
        (2, "interim"),
        (3, "metric"),
        (4, "interim"),
        (5, "status"),
    ]
    first = codec.decode(events[1]["data"])
    assert np.array_equal(first["array"], [[0, 1], [2, 3]])
    assert followed[-1] == {"type": "outcome", "status": "Completed", "failure": None}

    later = published("follow", job_id, "--profile", "gw", "--after", "3").out
    assert later == '{"step": 1}\n'
    read = codec.decode(published("result", job_id, "--profile", "gw").out)
    assert read["circuit"] == inputs["circuit"]
    logs = published("logs", job_id, "--profile", "gw").out
    assert "aside" in logs
    assert "qrt-event" not in logs


def test_what_a_program_raises_is_told_with_the_authors_frames(published):
    told = published(
        "submit", "gatewayed", "--target", "qiskit-serverless", "--sample", "one",
        "-i", "mode=fail", "--follow", code=1,
    )  # fmt: skip
    assert "error: program_error: ZeroDivisionError: division by zero" in told.err
    assert '  File "helper.py", line 2, in divide' in told.err
    assert "runtime/program_runtime/execution" not in told.err


def test_a_cancelled_job_ends_and_its_log_is_not_lost(published):
    told = published(
        "submit", "gatewayed", "--profile", "gw", "--sample", "one", "-i", "mode=wait"
    )
    job_id = told.out.strip()
    assert f"follow it: qrt follow {job_id} --profile gw" in told.err
    deadline = time.monotonic() + 60
    while "computing" not in published("logs", job_id, "--profile", "gw").out:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    told = json.loads(published("cancel", job_id, "--profile", "gw", "--json").out)
    assert "computing" in told["logs"]
    ended = published("result", job_id, "--profile", "gw", code=8)
    assert ended.err == f"{job_id} Cancelled\n"
    assert ended.out == ""
    assert published("logs", job_id, "--profile", "gw").out == ""
    told = published("cancel", job_id, "--profile", "gw", code=6)
    assert "is Cancelled, it can not be cancelled" in told.err


def test_wrong_inputs_are_found_before_a_job_exists(published, gateway):
    before = len(gateway.jobs)
    at = ("--profile", "gw")
    told = published("submit", "gatewayed", *at, "-i", "array=x", code=3)
    assert "circuit: is required" in told.err
    assert len(gateway.jobs) == before


def test_the_gateways_own_schema_refuses_what_no_project_was_there_to_refuse(
    published, gateway, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    before = len(gateway.jobs)
    told = published(
        "submit", "gatewayed", "--target", "qiskit-serverless",
        "-i", "circuit=1", "-i", "array=1", "-i", "mode=rest", code=3,
    )  # fmt: skip
    assert "'rest' is not one of" in told.err
    told = published("submit", "gatewayd", "--target", "qiskit-serverless", code=5)
    assert "Did you mean 'gatewayed'?" in told.err
    assert len(gateway.jobs) == before


def test_a_plan_changes_nothing(qrt, gateway):
    before = dict(gateway.functions)
    told = qrt("publish", "--target", "qiskit-serverless", "--dry-run", "--json")
    plan = json.loads(told.out)
    assert plan["dependencies"] == ["qiskit-aer==0.17.2"]
    assert plan["artifact"].startswith("qrt-")
    assert not plan["findings"]
    assert gateway.functions == before


def test_the_same_program_is_uploaded_once_and_another_needs_another_version(
    published, gateway, project
):
    told = json.loads(published("publish", "--profile", "gw", "--json").out)
    assert told["created"] is False
    (project / "helper.py").write_text("def divide(a, b):\n    return a // b\n")
    told = published("publish", "--profile", "gw", code=6)
    assert "The gateway has gatewayed 1.2.0 with other content." in told.err
    metadata = {**METADATA, "version": "1.3.0"}
    (project / "program.json").write_text(json.dumps(metadata))
    told = published("publish", "--profile", "gw", "--dry-run")
    assert told.out == "gatewayed 1.3.0 would replace 1.2.0.\n"


def test_what_a_gateway_would_refuse_is_refused_before_the_upload(
    qrt, gateway, project
):
    pyproject = PYPROJECT.replace("qiskit-aer>=0.17", 'qiskit-aer>=0.18", "pandas')
    (project / "pyproject.toml").write_text(pyproject)
    before = len([r for r in gateway.requests if r[0] == "POST"])
    told = qrt("publish", "--profile", "gw", code=3)
    assert "QRS103 'qiskit-aer>=0.18': this gateway has qiskit-aer==0.17.2" in told.err
    assert "QRS102 'pandas': this gateway does not have pandas" in told.err
    assert len([r for r in gateway.requests if r[0] == "POST"]) == before


def test_labels_and_visibility_mean_nothing_there(published):
    told = published("publish", "--profile", "gw", "--public", "--label", "x", code=2)
    assert "--public, --label: a gateway of Qiskit Serverless has no such" in told.err
    told = published("submit", "gatewayed:stable", "--profile", "gw", code=2)
    assert "gatewayed:stable: a gateway" in told.err


def test_a_wrong_token_is_refused_before_anything_is_built(
    qrt, gateway, project, monkeypatch
):
    monkeypatch.setenv("QRT_URL", gateway.url)
    monkeypatch.setenv("QRT_TOKEN", "planted-wrong-token")
    told = qrt("publish", "--target", "qiskit-serverless", code=4)
    assert "error: Invalid token." in told.err
    assert "qrt login URL --target qiskit-serverless" in told.err
    assert "planted" not in told.err
    assert not (project / "dist").exists()
    monkeypatch.setenv("QRT_TOKEN", gateway_server.TOKEN)
    assert "created" in qrt("publish", "--target", "qiskit-serverless", "--json").out


def test_what_is_no_gateway_is_not_stored(qrt, gateway, monkeypatch):
    monkeypatch.setattr(gateway, "programs", lambda: {"programs": []})
    log_in = ("login", gateway.url, "--target", "qiskit-serverless", "--name", "no")
    told = qrt(*log_in, "--token-stdin", stdin=gateway_server.TOKEN, code=1)
    assert f"What answers at {gateway.url} is no gateway" in told.err
    assert " no " not in qrt("profiles").out
