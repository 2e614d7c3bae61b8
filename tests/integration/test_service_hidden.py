"""Other people's things: not there, whoever asks for them and however.

What is hidden must answer as what does not exist, so the two are compared.
"""

import hashlib
import io
import json
import linecache
import re
import zipfile

import pytest
from routes import ask, body_for, fill, routes_of

from program_runtime.execution.events import EventType
from program_runtime.service.auth import ROLES as LEAST

PLANTED = "planted_marker_of_the_source"
SOURCE = f"def main(backend, user_messenger, **inputs):\n    {PLANTED} = 1 / 0\n"
BLOB = "sha256:" + "0" * 64


async def talkative(scripted):
    """Leave something of every kind behind."""
    await scripted.publish('"planted-interim"')
    await scripted.log("planted-log\n")
    metric = '{"step": 1, "values": {"planted-metric": 1}}'
    await scripted.publish(metric, kind=EventType.METRIC)
    await scripted.publish('"planted-checkpoint"', kind=EventType.CHECKPOINT)
    return '"planted-result"'


@pytest.fixture
def hidden(service):
    """A private program of the maker and a job of theirs, by place."""
    service.script(talkative)
    service.seed("secret", visibility="private")
    job_id = service.maker.submit("secret", '{"planted": "input"}')
    service.maker.finished(job_id)
    session_id = service.maker.post("/sessions", json={}).json()["id"]
    return {"program_id": "secret", "job_id": job_id, "session_id": session_id}


NOWHERE = {
    "ref": "1.0.0",
    "label": "beta",
    "digest": BLOB,
    "name": "nobody-of-this-name",
    "program_id": "nowhere",
    "job_id": "job_00000000000000000000000000",
    "session_id": "session_00000000000000000000000000",
}


def answer_to(account, method, path, names):
    answer = ask(account, method, fill(path, **names), **body_for(path, **names))
    assert answer is not None, (method, path)
    error = answer.json().get("error") if answer.content else None
    if error:
        error = json.loads(json.dumps(error).replace(names["job_id"], "JOB"))
        error = json.loads(json.dumps(error).replace(names["program_id"], "PROGRAM"))
        error = json.loads(json.dumps(error).replace(names["session_id"], "SESSION"))
    return answer.status_code, error


def routes_with(app, place):
    found = [route for route in routes_of(app) if f"{{{place}}}" in route[1]]
    assert found
    # That a name is taken must be said: names are shared by all.
    publishing = ("PUT", "/api/v1/programs/{program_id}/releases/{ref}")
    return sorted(set(found) - {publishing})


@pytest.mark.parametrize("place", ["program_id", "job_id", "session_id"])
@pytest.mark.parametrize("name", ["u_b", "other"])
def test_what_is_hidden_answers_as_what_is_not_there(service, hidden, name, place):
    account = getattr(service, name)
    for method, path in routes_with(service.client.app, place):
        names = {**NOWHERE, place: hidden[place]}
        real = answer_to(account, method, path, names)
        missing = answer_to(account, method, path, NOWHERE)
        assert real == missing, (method, path)
        assert real[0] in {404, 403}
        if real[0] == 403:  # the role is too small, whatever the name
            assert LEAST[method, path] == "author"
            assert name == "u_b"


@pytest.mark.parametrize("place", ["program_id", "job_id", "session_id"])
def test_its_owner_and_an_admin_see_it(service, hidden, place):
    for account in (service.maker, service.root):
        for method, path in routes_with(service.client.app, place):
            if method != "GET":
                continue
            names = {**NOWHERE, place: hidden[place], "ref": "latest"}
            answer = ask(account, method, fill(path, **names))
            if "{digest}" not in path:
                assert answer.status_code == 200, path


@pytest.mark.parametrize("name", ["u_b", "other"])
def test_lists_and_submissions_do_not_know_it(service, hidden, name):
    account = getattr(service, name)
    assert account.get("/programs?search=secret").json()["count"] == 0
    assert account.get("/jobs?program=secret").json()["count"] == 0
    assert account.get("/jobs?of=all").json()["count"] == 0
    assert account.get("/sessions?of=all").json()["count"] == 0
    body = {"program_id": "hello", "session_id": hidden["session_id"]}
    service.seed()
    assert account.post("/jobs", json=body).status_code == 404
    for reference in ("secret", "secret@1.0.0", "secret:latest"):
        real = account.post("/jobs", json={"program_id": reference})
        other = reference.replace("secret", "nowhere")
        missing = account.post("/jobs", json={"program_id": other})
        assert real.status_code == missing.status_code == 404
        assert real.text.replace("secret", "nowhere")[:60] == missing.text[:60]
    near = account.post("/jobs", json={"program_id": "secre"}).json()["error"]
    assert "hint" not in near
    assert "hint" in service.maker.get("/programs/secre").json()["error"]


def test_publishing_under_a_hidden_name_says_no_more_than_that_it_is_taken(
    service, hidden
):
    info = service.bundle("secret", "9.9.9")
    answer = service.other.put(
        "/programs/secret/releases/9.9.9", content=info.path.read_bytes()
    )
    assert answer.status_code == 409
    assert answer.json()["error"]["message"] == (
        "The name 'secret' belongs to another owner."
    )
    assert "maker" not in answer.text


def test_the_same_key_of_two_users_names_two_jobs(service):
    service.seed()
    key = {"Idempotency-Key": "once"}
    body = {"program_id": "hello"}
    ids = [
        account.post("/jobs", json=body, headers=key).json()["id"]
        for account in (service.u_b, service.other, service.u_b)
    ]
    assert ids[0] == ids[2] != ids[1]


def test_whether_others_sent_the_same_bytes_is_not_told(service):
    content = b'{"planted": "input"}'
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert service.maker.put(f"/blobs/{digest}", content=content).status_code == 201
    assert service.maker.put(f"/blobs/{digest}", content=content).status_code == 200
    body = {"program_id": "hello", "inputs_digest": digest}
    service.seed()
    assert service.u_b.post("/jobs", json=body).status_code == 404
    assert service.u_b.put(f"/blobs/{digest}", content=content).status_code == 201
    assert service.u_b.post("/jobs", json=body).status_code == 201


def everything(service, account, places):
    """All that the routes tell an account about a program and a job."""
    for method, path in sorted(routes_of(service.client.app)):
        others = set(re.findall(r"{(\w+)}", path)) - (NOWHERE.keys() - {"name"})
        if method != "GET" or others:
            continue
        for ref in ("1.0.0", "latest"):
            for digest in places["digests"]:
                names = {**NOWHERE, **places, "ref": ref, "digest": digest}
                del names["digests"]
                yield path, ask(account, method, fill(path, **names))


def test_public_means_metadata_and_running_and_never_the_source(service):
    async def failing(scripted):
        code = compile(SOURCE, "program.py", "exec")
        linecache.cache["program.py"] = (len(SOURCE), None, SOURCE.splitlines(True), "")
        space = {}
        exec(code, space)
        space["main"](None, None)

    info = service.seed("shown", source=SOURCE)
    service.script(failing)
    job_id = service.u_b.submit("shown")
    job = service.u_b.finished(job_id)
    own = service.maker.submit("shown")
    places = {"program_id": "shown", "job_id": job_id, "digests": [info.digest, BLOB]}

    # Who may read it is shown it: in the bundle, and in the traceback.
    bundle = service.maker.get("/programs/shown/releases/1.0.0/bundle").content
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        assert PLANTED in archive.read("program.py").decode()
    assert PLANTED in service.maker.finished(own)["failure"]["traceback"]

    assert job["failure"]["message"] == "ZeroDivisionError: division by zero"
    assert 'File "program.py", line 2, in main' in job["failure"]["traceback"]
    for account in (service.u_b, service.other):
        for path, answer in everything(service, account, places):
            assert PLANTED not in answer.text, path
            assert not answer.content.startswith(b"PK"), path
            assert answer.content != bundle, path
    assert PLANTED not in json.dumps(service.u_b.stream(job_id))
    body = {"program_id": "shown", "inputs_digest": info.digest}
    assert service.u_b.post("/jobs", json=body).status_code == 404
