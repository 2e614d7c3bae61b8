"""Sessions over HTTP, as the official and our own clients use them."""

from contextlib import contextmanager

import pytest
from contract.store_samples import Clock
from service_in_process import TOKENS

from program_runtime.service.domain import BUILTIN_OWNER
from program_runtime.service.store import FolderBlobStore, SqlStore


@pytest.fixture(autouse=True)
def seeded(service):
    service.seed()


def opened(account, **body):
    answer = account.post("/sessions", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def error_of(answer, status):
    assert answer.status_code == status, answer.text
    return answer.json()["error"]


def refused(account, status=409, **body):
    answer = account.post("/jobs", json={"program_id": "hello", **body})
    return error_of(answer, status)


def test_a_session_is_opened_as_the_official_client_does_it(service):
    session = opened(
        service.u_b,
        mode="batch",
        backend="fake_manila",
        instance="crn:v1:bluemix:public:quantum-computing:local:a/local:qrt::",
        max_ttl=7200,
        something_of_a_later_version=1,
    )
    assert session["id"].startswith("session_")
    assert session == service.u_b.get(f"/sessions/{session['id']}").json()
    moment = session.pop("started_at")
    assert session.pop("timestamps") == [{"status": "open", "timestamp": moment}]
    assert session == {
        "id": session["id"],
        "user": "u_b",
        "mode": "batch",
        "backend_name": "fake_manila",
        "state": "open",
        "accepting_jobs": True,
        "max_ttl": 7200,
        "active_ttl": 7200,
        "interactive_ttl": 300,
        "activated_at": None,
        "closed_at": None,
        "last_job_started": None,
        "last_job_completed": None,
        "elapsed_time": 0.0,
    }


def test_a_session_without_wishes_is_dedicated_to_any_backend(service):
    session = opened(service.u_b, mode=None)
    assert (session["mode"], session["backend_name"]) == ("dedicated", None)
    assert (session["max_ttl"], session["interactive_ttl"]) == (28800, 300)


def test_everything_that_is_wrong_with_a_session_is_said_at_once(service):
    asked = {"max_ttl": 28801, "interactive_ttl": 1e9}
    error = error_of(service.u_b.post("/sessions", json=asked), 400)
    assert [(each["path"], each["message"]) for each in error["problems"]] == [
        (
            "max_ttl",
            (
                "28,801 s is more than 28,800 s, which is the longest that a session lasts "
                "here"
            ),
        ),
        (
            "interactive_ttl",
            (
                "1,000,000,000 s is more than 28,800 s, which is the longest that a session "
                "lasts here"
            ),
        ),
    ]
    asked = {"mode": "exclusive", "max_ttl": 0}
    error = error_of(service.u_b.post("/sessions", json=asked), 400)
    assert [each["path"] for each in error["problems"]] == ["mode", "max_ttl"]
    error = error_of(service.u_b.post("/sessions", json={"backend": "fake_manil"}), 404)
    assert error["code"] == "backend_not_found"
    assert "fake_manila" in error["hint"]


def test_a_session_goes_through_its_states(service, gate):
    service.hold(gate)
    session = opened(service.u_b)
    path = f"/sessions/{session['id']}"
    job_id = service.u_b.submit(session_id=session["id"])
    assert gate.reached.wait(10)
    assert service.u_b.get(path).json()["state"] == "active"
    gate.open()
    service.u_b.finished(job_id)
    idle = service.u_b.get(path).json()
    assert idle["state"] == "inactive"
    assert idle["activated_at"] == idle["last_job_started"]
    assert idle["last_job_completed"] >= idle["last_job_started"]
    assert idle["elapsed_time"] > 0
    closed = service.u_b.patch(path, json={"accepting_jobs": False}).json()
    assert (closed["state"], closed["accepting_jobs"]) == ("closed", False)
    states = [each["status"] for each in closed["timestamps"]]
    assert states == ["open", "active", "closed"]
    assert service.executor.ended_sessions == [session["id"]]


def test_a_session_that_is_closing_runs_what_it_has(service, gate):
    @service.script
    async def script(run):
        if "gate" in await run.inputs():
            await gate.wait()

    session_id = opened(service.u_b)["id"]
    first = service.u_b.submit(inputs='{"gate": 1}', session_id=session_id)
    second = service.u_b.submit(session_id=session_id)
    assert gate.reached.wait(10)
    assert service.u_b.get(f"/jobs/{second}").json()["state"]["status"] == "Queued"
    path = f"/sessions/{session_id}"
    closing = service.u_b.patch(path, json={"accepting_jobs": False}).json()
    assert (closing["state"], closing["accepting_jobs"]) == ("active", False)
    error = refused(service.u_b, session_id=session_id)
    assert error["code"] == "session_closed"
    assert "takes no further jobs" in error["message"]
    gate.open()
    for job_id in (first, second):
        assert service.u_b.finished(job_id)["state"]["status"] == "Completed"
    assert service.u_b.get(path).json()["state"] == "closed"


def test_closing_cancels_what_waits(service, gate):
    service.hold(gate)
    session_id = opened(service.u_b)["id"]
    running, waiting = [service.u_b.submit(session_id=session_id) for _ in range(2)]
    assert gate.reached.wait(10)
    for _ in range(2):
        answer = service.u_b.delete(f"/sessions/{session_id}/close")
        assert (answer.status_code, answer.content) == (204, b"")
    job = service.u_b.finished(waiting)
    assert job["state"] == {
        "status": "Cancelled",
        "reason": f"The session {session_id} was closed.",
        "reason_code": None,
    }
    gate.open()
    assert service.u_b.finished(running)["state"]["status"] == "Completed"
    error = refused(service.u_b, session_id=session_id)
    assert error["code"] == "session_closed"
    assert error["message"].startswith(f"The session {session_id} is closed since 20")
    assert service.executor.ended_sessions.count(session_id) >= 2


def test_a_closed_session_is_not_opened_again(service):
    path = f"/sessions/{opened(service.u_b)['id']}"
    service.u_b.patch(path, json={"accepting_jobs": False})
    again = service.u_b.patch(path, json={"accepting_jobs": True})
    assert error_of(again, 409)["code"] == "session_closed"
    assert service.u_b.patch(path, json={"accepting_jobs": False}).status_code == 200
    error = error_of(service.u_b.patch(path, json={}), 400)
    assert error["problems"][0]["path"] == "accepting_jobs"


def test_other_people_have_no_part_in_a_session(service):
    session_id = opened(service.u_b)["id"]
    path = f"/sessions/{session_id}"
    for answer in (
        service.other.get(path),
        service.other.patch(path, json={"accepting_jobs": False}),
        service.other.delete(f"{path}/close"),
    ):
        error = error_of(answer, 404)
        assert error["message"] == f"There is no session '{session_id}'."
    for account in (service.other, service.root):
        error = refused(account, status=404, session_id=session_id)
        assert error["code"] == "session_not_found"
    assert service.other.get("/sessions").json()["sessions"] == []
    assert service.root.get(path).json()["state"] == "open"


def test_sessions_are_listed_newest_first_and_by_pages(service):
    ids = [opened(service.u_b)["id"] for _ in range(3)]
    service.u_b.delete(f"/sessions/{ids[0]}/close")
    opened(service.maker)

    def listed(account, query=""):
        found = account.get(f"/sessions{query}").json()
        return [each["id"] for each in found["sessions"]], found["count"]

    assert listed(service.u_b) == (ids[::-1], 3)
    assert listed(service.u_b, "?limit=1&offset=1") == ([ids[1]], 3)
    assert listed(service.u_b, "?open=true") == ([ids[2], ids[1]], 2)
    assert listed(service.u_b, "?open=false") == ([ids[0]], 1)
    assert listed(service.root)[1] == 4
    assert listed(service.root, "?of=me") == ([], 0)


def test_a_job_can_begin_a_session_for_its_backend(service):
    job_id = service.u_b.submit(
        start_session=True, session_time=60, backend="fake_manila"
    )
    session = service.u_b.get(f"/sessions/{job_id}").json()
    assert (session["id"], session["max_ttl"]) == (job_id, 60)
    assert (session["mode"], session["backend_name"]) == ("dedicated", "fake_manila")
    assert service.u_b.get(f"/jobs/{job_id}").json()["session_id"] == job_id
    joined = service.u_b.submit(session_id=job_id)
    assert service.u_b.get(f"/jobs/{joined}").json()["backend"] == "fake_manila"
    error = refused(service.u_b, session_id=job_id, backend="aer_simulator")
    assert error["code"] == "session_backend"
    assert error["message"] == (
        f"The session {job_id} is for the backend fake_manila, and the job is for "
        "aer_simulator."
    )


@pytest.mark.parametrize(
    ("fields", "path", "message"),
    [
        (
            {"start_session": True, "session_id": "session_1"},
            "start_session",
            "excludes session_id: a job joins a session or begins one",
        ),
        ({"session_time": 60}, "session_time", "is for the job that begins a session"),
        (
            {"start_session": True, "session_time": 86_400},
            "session_time",
            (
                "86,400 s is more than 28,800 s, which is the longest that a session lasts "
                "here"
            ),
        ),
        (
            {"start_session": True, "session_time": 0},
            "session_time",
            "Input should be greater than or equal to 1",
        ),
    ],
    ids=["both", "time alone", "too long", "none"],
)
def test_a_job_that_is_unclear_about_its_session_is_refused(
    service, fields, path, message
):
    problem = refused(service.u_b, status=400, **fields)["problems"][0]
    assert (problem["path"], problem["message"]) == (path, message)
    assert service.u_b.get("/jobs").json()["count"] == 0
    assert service.u_b.get("/sessions").json()["count"] == 0


def test_a_session_that_nobody_knows_is_404_before_there_is_a_job(service):
    error = refused(service.u_b, status=404, session_id="session_none")
    assert error["code"] == "session_not_found"
    assert error["message"] == "There is no session session_none."
    assert service.u_b.get("/jobs").json()["count"] == 0


def test_a_user_has_so_many_open_sessions_and_no_more(make_service):
    with make_service(sessions_per_user=1) as service:
        opened(service.u_b)
        error = error_of(service.u_b.post("/sessions", json={}), 409)
        assert error["code"] == "too_many_sessions"
        assert "open=true" in error["hint"]


def test_times_of_sessions_are_those_of_the_settings(make_service):
    with make_service(session_max_ttl_s=3600, session_interactive_ttl_s=0.5) as service:
        session = opened(service.u_b)
        assert (session["max_ttl"], session["interactive_ttl"]) == (3600, 0.5)


def test_only_built_in_programs_share_a_process_in_a_session(service):
    service.seed("primitive", owner=BUILTIN_OWNER)
    session_id = opened(service.u_b)["id"]
    jobs = [
        service.u_b.submit("primitive", session_id=session_id),
        service.u_b.submit("hello", session_id=session_id),
        service.u_b.submit("primitive"),
        service.u_b.submit("primitive", session_id=session_id),
    ]
    for job_id in jobs:
        service.u_b.finished(job_id)
    shared = {spec.job_id: spec.session for spec in service.executor.specs}
    assert [shared[job_id] for job_id in jobs] == [session_id, None, None, session_id]


def test_jobs_of_a_dedicated_session_run_one_after_the_other(make_service):
    with make_service(workers=4) as service:
        service.seed()
        running, most = 0, 0

        @service.script
        async def script(run):
            nonlocal running, most
            running += 1
            most = max(most, running)
            await run.publish("1")
            running -= 1

        session_id = opened(service.u_b)["id"]
        jobs = [service.u_b.submit(session_id=session_id) for _ in range(20)]
        for job_id in jobs:
            assert service.u_b.finished(job_id)["state"]["status"] == "Completed"
        assert most == 1
        order = [spec.job_id for spec in service.executor.specs]
        assert order == jobs


def test_a_session_is_described_in_the_document(service):
    document = service.client.get("/openapi.json").json()
    paths = document["paths"]
    assert "Session" in document["components"]["schemas"]
    assert set(paths["/api/v1/sessions"]) == {"get", "post"}
    assert set(paths["/api/v1/sessions/{session_id}"]) == {"get", "patch"}


def test_sessions_outlast_the_service_and_those_overdue_are_closed_at_its_start(
    make_service, tmp_path
):
    blobs = FolderBlobStore(tmp_path / "blobs")
    clock = Clock()
    url = f"sqlite:///{tmp_path}/db.sqlite3"

    @contextmanager
    def a_service():
        store = SqlStore(url, blobs, clock=clock)
        with make_service(blobs=blobs, store=store) as service:
            yield service
            for name in TOKENS:  # the next one opens their accounts again
                service.do(store.users.revoke, name)

    with a_service() as service:
        service.seed()
        used, unused = opened(service.u_b)["id"], opened(service.u_b)["id"]
        service.u_b.finished(service.u_b.submit(session_id=used))
        before = service.u_b.get(f"/sessions/{unused}").json()
    clock.tick(299)
    with a_service() as service:
        account = service.u_b
        assert account.get(f"/sessions/{used}").json()["state"] == "inactive"
        assert account.get(f"/sessions/{unused}").json() == before
    clock.tick(1)
    with a_service() as service:
        assert service.u_b.get(f"/sessions/{used}").json()["state"] == "closed"
        assert service.u_b.get(f"/sessions/{unused}").json() == before
        assert service.executor.ended_sessions == [used]
