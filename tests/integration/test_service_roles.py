"""One table says who may call what; the routes are asked of the application."""

import pytest
from routes import ask, body_for, fill, routes_of
from service_in_process import ROLES, Account

from program_runtime.service.api import events
from program_runtime.service.auth import ROLES as LEAST
from program_runtime.service.domain import Role

RANK = {None: 0, Role.USER: 1, Role.AUTHOR: 2, Role.ADMIN: 3}
NOWHERE = {
    "program_id": "nowhere",
    "ref": "1.0.0",
    "label": "beta",
    "digest": "sha256:" + "0" * 64,
    "job_id": "job_none",
    "session_id": "session_none",
    "name": "nobody-of-this-name",
    "hub": "nowhere",
    "group": "open",
    "project": "main",
    "link": "job_none.1.1.none",
    "plan": "gold",
}


def test_every_route_is_in_the_table_and_the_table_names_no_other(service):
    assert routes_of(service.client.app) == set(LEAST)


def test_a_route_without_a_row_is_closed_to_all(service, monkeypatch):
    monkeypatch.delitem(LEAST, ("GET", "/api/v1/programs"))
    for name in ROLES:
        answer = getattr(service, name).get("/programs")
        assert answer.status_code == 403, name


@pytest.mark.parametrize("name", [None, *ROLES])
def test_each_role_passes_the_routes_of_its_rank_and_no_other(service, name):
    account = getattr(service, name) if name else service.nobody
    role = ROLES.get(name)
    passed, refused = set(), set()
    for method, path in sorted(routes_of(service.client.app)):
        body = body_for(path, **NOWHERE)
        answer = ask(account, method, fill(path, **NOWHERE), **body)
        is_refused = answer is not None and answer.status_code in {401, 403}
        (refused if is_refused else passed).add((method, path))
        if is_refused:
            expected = (401, "unauthorized") if role is None else (403, "forbidden")
            error = answer.json()["error"]
            assert (answer.status_code, error["code"]) == expected, (method, path)
    allowed = {route for route, least in LEAST.items() if RANK[least] <= RANK[role]}
    assert passed == allowed
    assert refused == set(LEAST) - allowed


def test_the_websocket_is_open_to_who_may_see_the_job(service):
    service.seed()
    job_id = service.u_b.submit()
    service.u_b.finished(job_id)
    path = f"/api/v1/jobs/{job_id}/stream"
    assert ask(service.u_b, "WS", path) is None
    assert ask(service.root, "WS", path) is None
    assert ask(service.other, "WS", path).status_code == 404
    assert ask(service.nobody, "WS", path).status_code == 401


def test_a_role_that_is_taken_away_is_gone_at_once(service):
    token = service.root.post("/users", json={"name": "dora", "role": "admin"})
    headers = {"Authorization": f"Bearer {token.json()['token']}"}
    assert service.nobody.get("/users", headers=headers).status_code == 200
    service.root.delete("/users/dora")
    assert service.nobody.get("/users", headers=headers).status_code == 401


def test_a_stream_ends_soon_after_its_token(service, gate, monkeypatch):
    monkeypatch.setattr(events, "QUIET_S", 0.05)
    service.hold(gate, "1")
    service.seed()
    token = service.root.post("/users", json={"name": "dora"}).json()["token"]
    dora = Account(service.client, token)
    job_id = dora.submit()
    path = f"/api/v1/jobs/{job_id}/stream"
    with service.client.websocket_connect(path, headers=dora.headers) as stream:
        assert stream.receive()["type"] == "websocket.send"
        service.root.post("/users/dora/rotate")
        while (message := stream.receive())["type"] == "websocket.send":
            pass
    assert message["code"] == 1008
    gate.open()


def test_server_sent_events_end_soon_after_their_token(service, gate, monkeypatch):
    monkeypatch.setattr(events, "QUIET_S", 0.05)

    async def script(scripted):
        await scripted.publish("1")
        service.context.tokens.forget()
        await service.store.users.revoke("u_b")
        await gate.wait()

    service.script(script)
    service.seed()
    job_id = service.u_b.submit()
    headers = {"Accept": "text/event-stream"}
    answer = service.u_b.get(f"/jobs/{job_id}/events", headers=headers)
    assert "Completed" not in answer.text
    gate.open()
