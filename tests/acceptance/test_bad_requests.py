"""Wrong inputs, tokens and names against a real service."""

import json
import os
import secrets

import pytest
import requests

from program_runtime import errors
from program_runtime.errors import BackendNotFoundError, BadInputsError

SOURCE = """
def main(backend, user_messenger, *, circuit, shots, method="slow"):
    print("main was called")
    user_messenger.publish("main was called")
    return [circuit.num_qubits, shots, method]
"""
PARAMETERS = {
    "type": "object",
    "properties": {
        "circuit": {"format": "quantum-circuit"},
        "shots": {"type": "integer", "minimum": 1, "maximum": 100},
        "method": {"enum": ["slow", "fast"]},
    },
    "required": ["circuit", "shots"],
}
BELL = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; h q[0]; cx q[0], q[1];'


@pytest.fixture(scope="module")
def service(live):
    """The owner's client; the program is published, in two releases."""
    client = live.client()
    client.upload_program(
        SOURCE,
        {"name": "strict", "spec": {"parameters": PARAMETERS}},
    )
    client.update_program("strict", description="The same again.")
    return client


@pytest.fixture(scope="module")
def bell():
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    return circuit


@pytest.fixture
def no_new_job(live, service):
    """Hold that the test makes no job."""
    before = live.count_jobs()
    yield
    assert live.count_jobs() == before


# Inputs

WRONG = {
    "missing": (
        {"shots": 10},
        [("circuit", "is required", None)],
    ),
    "all missing": (
        {},
        [("circuit", "is required", None), ("shots", "is required", None)],
    ),
    "misnamed": (
        {"circuit": BELL, "shotz": 10},
        [
            ("shotz", "is not a parameter of this program", "did you mean 'shots'?"),
            ("shots", "is required", None),
        ],
    ),
    "mistyped": (
        {"circuit": BELL, "shots": "ten"},
        [("shots", "is 'ten', must be an integer", None)],
    ),
    "out of range": (
        {"circuit": BELL, "shots": 101, "method": "fastest"},
        [
            ("shots", "is 101, must be at most 100", None),
            (
                "method",
                "is 'fastest', must be one of 'slow', 'fast'",
                "did you mean 'fast'?",
            ),
        ],
    ),
    "no circuit": (
        {"circuit": 5, "shots": 1},
        [("circuit", "is an integer, must be a QuantumCircuit", None)],
    ),
}


def in_order(problems):
    """Sort problems, whose hints may be None."""
    return sorted(problems, key=str)


@pytest.mark.parametrize("kind", WRONG)
def test_our_client_refuses_wrong_inputs_before_a_job_exists(
    service, no_new_job, bell, kind
):
    inputs, expected = WRONG[kind]
    if inputs.get("circuit") == BELL:
        inputs = inputs | {"circuit": bell}
    with pytest.raises(BadInputsError) as caught:
        service.run("strict", inputs)
    assert caught.value.summary == "The inputs do not fit the program 'strict'."
    found = [(p.path, p.message, p.hint) for p in caught.value.problems]
    assert in_order(found) == in_order(expected)


@pytest.mark.parametrize("kind", WRONG)
def test_the_command_refuses_wrong_inputs_before_a_job_exists(
    live, service, no_new_job, tmp_path, kind
):
    inputs, expected = WRONG[kind]
    (tmp_path / "given.json").write_text(json.dumps(inputs))
    run = live.told if kind == "misnamed" else live.refusal
    error = run("submit", "strict", "-i", "@given.json", cwd=tmp_path, code=3)
    assert error["code"] == "bad_inputs"
    found = [(p["path"], p["message"], p.get("hint")) for p in error["findings"]]
    assert in_order(found) == in_order(expected)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "circuit: is required"),
        ('{"shots": 5}', "circuit: is required"),
        ('{"shots": "ten"}', "shots: is 'ten', must be an integer"),
        (
            '{"shotz": 5}',
            "shotz: is not a parameter of this program (did you mean 'shots'?)",
        ),
        ("[1, 2]", "The inputs are of type list, expected a JSON object."),
        ("null", "The inputs are of type NoneType, expected a JSON object."),
        ("{'shots': 5}", "The inputs can not be decoded: "),
        ("", "The inputs can not be decoded: "),
        ('{"circuit": {"__type__": "QuantumCircuit", "__value__": "!"}}', "decoded: "),
    ],
)
def test_wrong_inputs_of_other_clients_fail_the_job_and_main_is_never_called(
    live, service, text, told
):
    job = live.finished(live.submit("strict", text))
    assert job["state"]["status"] == "Failed"
    assert job["failure"]["code"] == "bad_inputs"
    assert told in job["failure"]["message"]
    assert job["failure"]["traceback"] is None
    kinds = [event["type"] for event in live.events(job["id"])]
    assert kinds == ["status", "status", "error", "status"]
    assert live.http("GET", f"/jobs/{job['id']}/logs").text == ""
    with pytest.raises(errors.RuntimeJobFailureError) as caught:
        service.job(job["id"]).result()
    assert caught.value.failure_code == "bad_inputs"


def test_the_command_tells_a_job_with_bad_inputs_from_one_that_failed(live, service):
    job_id = live.submit("strict")
    told = live.qrt("result", job_id, code=3)
    assert "error: bad_inputs: The inputs do not fit" in told.stderr


def test_right_inputs_run(live, service, bell, tmp_path):
    job = service.run("strict", {"circuit": bell, "shots": 5})
    assert job.result(60) == [2, 5, "slow"]
    assert job.interim_results() == ["main was called"]
    assert "main was called" in job.logs()
    (tmp_path / "given.json").write_text(json.dumps({"circuit": BELL, "shots": 7}))
    ran = live.qrt("submit", "strict", "-i", "@given.json", "--follow", cwd=tmp_path)
    assert json.loads(ran.stdout) == [2, 7, "slow"]


# Tokens


def assert_silent(live, token, *texts):
    """Hold that no one was told the token, the service's log included."""
    for text in (*texts, live.log.read_text()):
        assert token not in text


@pytest.fixture(params=["wrong", "rotated", "revoked"])
def dead_token(request, live):
    """A token that the service does not take, or not any more."""
    if request.param == "wrong":
        return f"qrt_{secrets.token_urlsafe(32)}"
    name = f"user-{secrets.token_hex(4)}"
    token = live.add_user(name)
    assert live.http("GET", "/users/me", token=token).json()["name"] == name
    if request.param == "rotated":
        live.qrt("user", "rotate", name)
    else:
        live.qrt("user", "revoke", name)
    return token


REFUSED = "The token is not valid: it is wrong, was replaced or was revoked."
RENEW = "Get a new one by `qrt user rotate NAME`, then `qrt login`."


def test_a_dead_token_is_refused_and_never_repeated(live, dead_token, tmp_path):
    answer = live.http("GET", "/jobs", token=dead_token)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["error"] == {
        "code": "unauthorized",
        "message": REFUSED,
        "hint": RENEW,
    }

    client = live.client(dead_token)
    with pytest.raises(errors.NotAuthorizedError) as caught:
        client.jobs()
    assert str(caught.value) == f"{REFUSED} {RENEW}"
    assert caught.value.status == 401

    (tmp_path / "program.py").write_text("def main(backend, user_messenger): pass\n")
    metadata = {"name": "tokens", "version": "1.0.0", "spec": {}}
    (tmp_path / "program.json").write_text(json.dumps(metadata))
    account = {"QRT_URL": live.url, "QRT_TOKEN": dead_token}
    said = [answer.text, str(caught.value), repr(client)]
    for run, *words in ((live.told, "jobs"), (live.refusal, "publish", tmp_path)):
        error = run(*words, code=4, **account)
        assert (error["message"], error["hint"]) == (REFUSED, RENEW)
        said.append(json.dumps(error))
    told = live.qrt("jobs", "-vv", code=4, **account)
    assert_silent(live, dead_token, told.stdout, told.stderr, *said)


def test_a_dead_token_can_not_be_logged_in_with(live, dead_token):
    told = live.qrt("login", live.url, "--token-stdin", code=4, stdin=f"{dead_token}\n")
    assert f"error: {REFUSED}" in told.stderr
    assert_silent(live, dead_token, told.stdout, told.stderr)
    stored = [path.read_text() for path in (live.folder / "config").rglob("*.json")]
    assert_silent(live, dead_token, *stored)


def test_without_a_token_nothing_is_answered(live):
    answer = requests.get(f"{live.url}/api/v1/jobs", timeout=30)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "This needs a token."


def test_a_role_that_may_not_publish_is_told_so(live, tmp_path):
    token = live.add_user("reader", "user")
    (tmp_path / "program.py").write_text("def main(backend, user_messenger): pass\n")
    metadata = {"name": "tokens", "version": "1.0.0", "spec": {}}
    (tmp_path / "program.json").write_text(json.dumps(metadata))
    error = live.refusal("publish", tmp_path, code=4, QRT_URL=live.url, QRT_TOKEN=token)
    assert error["message"] == "reader has the role user, which may not publish."
    with pytest.raises(errors.NotAuthorizedError) as caught:
        live.client(token).upload_program(
            str(tmp_path / "program.py"), {"name": "tokens"}
        )
    assert caught.value.status == 403
    assert str(caught.value).startswith(
        "reader has the role user; this needs the role author."
    )


# Names


@pytest.mark.parametrize("visibility", ["private", "public"])
def test_a_name_of_another_owner_is_a_conflict(live, tmp_path, visibility):
    name = f"taken-{visibility}"
    source = "def main(backend, user_messenger):\n    return 'mine'\n"
    mine = live.client()
    mine.upload_program(source, {"name": name, "is_public": visibility == "public"})
    token = live.add_user(f"rival-of-{visibility}")
    theirs = live.client(token)

    with pytest.raises(errors.RuntimeDuplicateProgramError) as caught:
        theirs.upload_program(source.replace("mine", "theirs"), {"name": name})
    assert (caught.value.status, caught.value.service_code) == (409, "name_taken")
    assert str(caught.value) == (
        f"The name '{name}' belongs to another owner. "
        "Choose another name in program.json."
    )

    (tmp_path / "program.py").write_text(source.replace("mine", "theirs"))
    metadata = {"name": name, "version": "9.0.0", "description": "d", "spec": {}}
    (tmp_path / "program.json").write_text(json.dumps(metadata))
    error = live.told("publish", tmp_path, code=6, QRT_URL=live.url, QRT_TOKEN=token)
    owner = "owner" if visibility == "public" else "another owner"
    assert error == {
        "code": "conflict",
        "message": f"The name '{name}' belongs to {owner}.",
        "hint": "Choose another name in program.json.",
    }
    assert mine.run(name).result(60) == "mine"


@pytest.mark.parametrize(
    ("backend", "hint"),
    [
        ("aer_simulater", "Did you mean 'aer_simulator'?"),
        ("ibmq_qasm_simulato", "Did you mean 'ibmq_qasm_simulator'?"),
        ("ibm_quantum_heron", None),
    ],
)
def test_an_unknown_backend_is_named_with_the_nearest(
    *, live, service, no_new_job, bell, tmp_path, backend, hint
):
    inputs = {"circuit": bell, "shots": 5}
    with pytest.raises(BackendNotFoundError) as caught:
        service.run("strict", inputs, options={"backend": backend})
    assert caught.value.message == f"No backend is called '{backend}'."
    assert hint is None or hint in caught.value.hint
    (tmp_path / "given.json").write_text(json.dumps({"circuit": BELL, "shots": 5}))
    error = live.refusal(
        "submit", "strict", "-i", "@given.json", "--backend", backend,
        cwd=tmp_path, code=5,
    )  # fmt: skip
    assert error["code"] == "backend_not_found"
    assert error["message"] == caught.value.message
    assert error.get("hint") == caught.value.hint
    with pytest.raises(BackendNotFoundError):
        service.backend(backend).configuration()


@pytest.mark.parametrize(
    ("program", "message", "hint"),
    [
        ("strikt", "There is no program 'strikt'.", "Did you mean 'strict'?"),
        ("quite-other", "There is no program 'quite-other'.", None),
        ("strikt@1.0.0", "There is no program 'strikt'.", "Did you mean 'strict'?"),
        (
            "strict@9.9.9",
            "There is no release 'strict@9.9.9'.",
            "There are latest, 1.0.1, 1.0.0.",
        ),
        (
            "strict:stable",
            "There is no release 'strict@stable'.",
            "There are latest, 1.0.1, 1.0.0.",
        ),
    ],
)
def test_an_unknown_program_or_release_is_named_with_the_nearest(
    *, live, service, no_new_job, program, message, hint
):
    with pytest.raises(errors.RuntimeProgramNotFound) as caught:
        service.run(program, {})
    assert (caught.value.message, caught.value.hint) == (message, hint)
    run = live.told if program == "strikt" else live.refusal
    error = run("submit", program, code=5)
    assert error["message"] == message
    assert error["hint"] == (hint or "`qrt programs` lists what you may run.")
    answer = live.http("POST", "/jobs", json={"program_id": program})
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == message


@pytest.mark.parametrize(
    "words",
    [("programs", "show"), ("programs", "releases"), ("programs", "public")],
)
def test_an_unknown_program_is_named_by_every_command(live, service, words):
    error = live.refusal(*words, "strikt", code=5)
    assert error == {
        "code": "program_not_found",
        "message": "There is no program 'strikt'.",
        "hint": "Did you mean 'strict'?",
    }


JOB = "job_01m800000000000000000000000"


@pytest.mark.parametrize("command", ["result", "follow", "logs", "cancel", "stop"])
def test_an_unknown_job_is_named_by_every_command(live, command):
    error = live.refusal(command, JOB, code=5)
    assert error == {
        "code": "job_not_found",
        "message": f"There is no job '{JOB}'.",
        "hint": "`qrt jobs` lists yours.",
    }


def test_an_unknown_job_is_its_own_error_in_the_client(live, service):
    for ask in (service.job, service.delete_job):
        with pytest.raises(errors.RuntimeJobNotFound) as caught:
            ask(JOB)
        assert caught.value.message == f"There is no job '{JOB}'."


def test_jobs_of_others_are_not_there(live, service):
    job_id = live.submit("strict")
    stranger = live.client(live.add_user("stranger"))
    with pytest.raises(errors.RuntimeJobNotFound) as caught:
        stranger.job(job_id)
    assert caught.value.message == f"There is no job '{job_id}'."
    assert os.fspath(live.data_dir) not in str(caught.value)
