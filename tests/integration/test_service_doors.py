"""Tokens and accounts, and what the log shows of them."""

import logging
import re
from urllib.parse import quote

import pytest
from routes import ask, fill, routes_of
from service_in_process import TOKENS
from starlette.testclient import WebSocketDenialResponse

from program_runtime.service.answers import GUARDS


def failure_of(answer, status):
    assert answer.status_code == status, answer.text
    return answer.json()["error"]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "This needs a token."),
        ("Bearer", "The Authorization header has no token."),
        ("Basic cm9vdDpyb290", "The Authorization header has no token."),
        (
            "Bearer qrt_guess",
            "The token is not valid: it is wrong, was replaced or was revoked.",
        ),
    ],
)
def test_without_a_valid_token_the_answer_is_401_with_a_hint(service, header, message):
    headers = {"Authorization": header} if header else {}
    answer = service.nobody.get("/jobs", headers=headers)
    error = failure_of(answer, 401)
    assert error["message"] == message
    assert "qrt login" in error["hint"]
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "apikey", "ApiKey"])
def test_both_schemes_of_official_clients_are_read(service, scheme):
    headers = {"Authorization": f"{scheme} {TOKENS['u_b']}"}
    assert service.nobody.get("/users/me", headers=headers).json()["name"] == "u_b"


def test_after_many_wrong_tokens_an_address_has_to_wait(service):
    headers = {"Authorization": "Bearer qrt_guess"}
    stream = "/api/v1/jobs/job_none/stream"

    def guess_over_the_websocket():
        with (
            pytest.raises(WebSocketDenialResponse) as denied,
            service.client.websocket_connect(stream, headers=headers),
        ):
            pytest.fail("a wrong token was let in")
        return denied.value

    assert service.u_b.get("/users/me").status_code == 200
    for _ in range(10):
        failure_of(service.nobody.get("/jobs", headers=headers), 401)
        failure_of(guess_over_the_websocket(), 401)
    for _ in range(20):  # what comes back meanwhile
        answer = service.nobody.get("/jobs", headers=headers)
        if answer.status_code == 429:
            break
    assert failure_of(answer, 429) == {
        "code": "too_many_attempts",
        "message": "Too many wrong tokens came from your address.",
        "hint": "Wait 1 s, and check the token: `qrt whoami`.",
    }
    assert answer.headers["retry-after"] == "1"
    assert failure_of(guess_over_the_websocket(), 429)
    service.context.tokens.forget()
    assert service.u_b.get("/users/me").status_code == 200


def test_requests_without_a_token_are_no_guesses(service):
    for _ in range(50):
        failure_of(service.nobody.get("/jobs"), 401)
    headers = {"Authorization": "Bearer qrt_guess"}
    failure_of(service.nobody.get("/jobs", headers=headers), 401)


def test_a_header_that_names_another_address_does_not_help(service):
    def guess(number):
        headers = {
            "Authorization": "Bearer qrt_guess",
            "X-Forwarded-For": f"192.0.2.{number}",
            "Forwarded": f"for=192.0.2.{number}",
        }
        return service.nobody.get("/jobs", headers=headers).status_code

    assert 429 in {guess(number) for number in range(40)}


def test_an_account_is_opened_rotated_and_revoked(service):
    new = {"name": "dora", "role": "author"}
    answer = service.root.post("/users", json=new)
    assert answer.status_code == 201
    first = answer.json()["token"]
    assert first.startswith("qrt_")
    assert len(first) >= 46

    def me(token):
        headers = {"Authorization": f"Bearer {token}"}
        return service.nobody.get("/users/me", headers=headers)

    assert me(first).json()["role"] == "author"
    second = service.root.post("/users/dora/rotate").json()["token"]
    assert (me(first).status_code, me(second).status_code) == (401, 200)
    assert service.root.delete("/users/dora").status_code == 204
    assert me(second).status_code == 401
    users = service.root.get("/users").json()["users"]
    assert {user["name"]: user["active"] for user in users}["dora"] is False


def test_a_user_is_not_opened_twice_even_with_an_idempotency_key(service):
    new = {"name": "dora"}
    key = {"Idempotency-Key": "once"}
    assert service.root.post("/users", json=new, headers=key).status_code == 201
    error = failure_of(service.root.post("/users", json=new, headers=key), 409)
    assert error["code"] == "user_exists"


def test_accounts_need_a_sensible_name_and_a_known_role(service):
    answer = service.root.post("/users", json={"name": "a b", "role": "king"})
    problems = failure_of(answer, 400)["problems"]
    assert {problem["path"] for problem in problems} == {"name", "role"}


def test_an_admin_does_not_lock_themselves_out(service):
    error = failure_of(service.root.delete("/users/root"), 409)
    assert error["code"] == "own_account"
    assert failure_of(service.root.delete("/users/ghost"), 404)


def test_no_token_comes_into_the_log_or_into_an_answer(service, caplog):
    caplog.set_level(logging.DEBUG)
    service.seed()

    async def broken(*_, **__):
        raise RuntimeError("boom")

    service.store.jobs.find = broken
    answers = [
        service.u_b.get("/jobs"),
        service.u_b.post("/jobs", json={"program_id": "nix"}),
        service.u_b.post("/jobs", content=b"{"),
        service.u_b.get("/programs"),
    ]
    assert [answer.status_code for answer in answers] == [500, 404, 400, 200]
    assert "boom" in caplog.text
    error = answers[0].json()
    assert error["error"]["message"] == "The service failed to answer."
    assert error["trace"] in error["error"]["hint"]
    assert error["trace"] in caplog.text
    told = caplog.text + "".join(answer.text for answer in answers)
    assert TOKENS["u_b"] not in told


def test_unknown_routes_and_methods_have_the_form_of_all_errors(service):
    assert failure_of(service.u_b.get("/nothing"), 404)["code"] == "not_found"
    error = failure_of(service.u_b.delete("/version"), 405)
    assert error["code"] == "method_not_allowed"


@pytest.mark.parametrize("name", [None, "u_b", "root"])
def test_no_answer_can_be_taken_for_a_page(service, name):
    assert GUARDS["x-content-type-options"] == "nosniff"
    assert GUARDS["content-security-policy"].startswith("default-src 'none';")
    account = getattr(service, name) if name else service.nobody
    for method, path in sorted(routes_of(service.client.app)):
        places = dict.fromkeys(re.findall(r"{(\w+)}", path), "<script>alert(1)<")
        places = {place: quote(value, safe="") for place, value in places.items()}
        answer = ask(account, method, fill(path, **places))
        assert GUARDS.items() <= dict(answer.headers).items(), path
        kind = answer.headers.get("content-type", "nothing")
        assert kind.partition(";")[0] in {"application/json", "text/plain", "nothing"}
    for path in ("/nothing/<script>", "/docs", "/redoc", "/openapi.json/"):
        answer = account.client.get(path, headers=account.headers)
        assert GUARDS.items() <= dict(answer.headers).items(), path
        assert "html" not in answer.headers.get("content-type", "")


def test_an_answer_keeps_headers_of_its_own(service):
    service.seed()
    job_id = service.u_b.submit()
    service.u_b.finished(job_id)
    headers = {"Accept": "text/event-stream"}
    answer = service.u_b.get(f"/jobs/{job_id}/events", headers=headers)
    assert answer.headers.get_list("cache-control") == ["no-store"]


def test_a_failure_inside_is_guarded_too(service):
    async def broken(*_, **__):
        raise RuntimeError("<script>")

    service.store.jobs.find = broken
    answer = service.u_b.get("/jobs")
    assert (answer.status_code, "script" in answer.text) == (500, False)
    assert GUARDS.items() <= dict(answer.headers).items()
