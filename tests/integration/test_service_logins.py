"""How official clients log in and find their instance."""

import logging

import pytest
from service_in_process import TOKENS

from program_runtime.service.instance import DEFAULT_INSTANCE

GRANT = "urn:ibm:params:oauth:grant-type:apikey"
NOWHERE = "crn:v1:bluemix:public:quantum-computing:us-east:a/1:2::"


def login(service, token, grant=GRANT, path="/identity/token"):
    form = {"grant_type": grant, "apikey": token, "response_type": "cloud_iam"}
    return service.client.post(path, data=form)


def me(service, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return service.nobody.get("/users/me", headers=named)


def test_an_api_token_is_traded_for_an_access_token(service):
    answer = login(service, TOKENS["u_b"]).json()
    assert answer["token_type"] == "Bearer"
    assert answer["refresh_token"] == "not_supported"
    assert answer["expires_in"] == 3600
    bearer = f"Bearer {answer['access_token']}"
    assert me(service, Authorization=bearer).json()["name"] == "u_b"


@pytest.mark.parametrize(
    "path",
    ["http://testserver//identity/token", "/identity//token"],
    ids=["first", "later"],
)
def test_a_slash_too_many_does_no_harm(service, path):
    assert login(service, TOKENS["u_b"], path=path).status_code == 200


def test_a_token_is_taken_from_each_header_that_clients_use(service):
    token = TOKENS["u_b"]
    access = login(service, token).json()["access_token"]
    for headers in (
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"apikey {token}"},
        {"X_Access_Token": token},
        {"X_Access_Token": access},
        {"Authorization": f"Bearer {access}", "X_Access_Token": "nonsense"},
    ):
        assert me(service, **headers).json()["name"] == "u_b", headers
    assert me(service, X_Access_Token="nonsense").status_code == 401


@pytest.mark.parametrize(
    ("token", "grant", "said"),
    [
        ("qrt_wrong", GRANT, "Provided API key could not be found."),
        ("", GRANT, "The form has no apikey."),
        ("qrt_wrong", "password", f"'password' is not served here, only {GRANT}."),
    ],
    ids=["wrong", "empty", "another-grant"],
)
def test_a_wrong_api_token_is_refused_in_words(service, token, grant, said):
    answer = login(service, token, grant)
    assert answer.status_code == 400
    assert answer.json()["errorMessage"].endswith(said)
    assert answer.json()["error"]["message"].endswith(said)


def test_an_access_token_buys_no_other(service):
    access = login(service, TOKENS["u_b"]).json()["access_token"]
    assert login(service, access).status_code == 400


@pytest.mark.parametrize("how", ["rotate", "revoke"])
def test_an_access_token_ends_with_its_api_token(service, how):
    token = service.root.post("/users", json={"name": "dora"}).json()["token"]
    bearer = f"Bearer {login(service, token).json()['access_token']}"
    assert me(service, Authorization=bearer).status_code == 200
    if how == "rotate":
        service.root.post("/users/dora/rotate")
    else:
        service.root.delete("/users/dora")
    assert me(service, Authorization=bearer).status_code == 401


def test_who_guesses_at_the_login_has_to_wait(service):
    answers = [login(service, f"qrt_guess-{number}") for number in range(25)]
    assert [answer.status_code for answer in answers[:20]] == [400] * 20
    assert answers[-1].status_code == 429
    assert "Retry-After" in answers[-1].headers


def test_forged_access_tokens_count_as_wrong_tokens(service):
    answers = [me(service, Authorization=f"Bearer a.b.{n}") for n in range(25)]
    assert answers[-1].status_code == 429


def test_no_token_gets_into_the_log(service, caplog):
    caplog.set_level(logging.DEBUG)
    access = login(service, TOKENS["u_b"]).json()["access_token"]
    me(service, Authorization=f"Bearer {access}")
    for _ in range(25):
        login(service, "qrt_a-wrong-one")
    assert "too many wrong tokens" in caplog.text
    for secret in (TOKENS["u_b"], access, "qrt_a-wrong-one"):
        assert secret not in caplog.text


def test_the_search_finds_the_instance_and_the_catalog_its_plan(service):
    headers = service.u_b.headers
    found = service.client.post(
        "/v3/resources/search?limit=100",
        json={"query": "service_name:quantum-computing", "fields": ["crn"]},
        headers=headers,
    ).json()
    [item] = found["items"]
    assert (item["crn"], item["name"]) == (DEFAULT_INSTANCE, "qrt")
    assert item["doc"]["extensions"]
    assert "search_cursor" not in found
    plan = item["service_plan_unique_id"]
    entry = service.client.get(f"/catalog/{plan}", headers=headers).json()
    assert entry["overview_ui"]["en"]["display_name"] == "Open"
    assert entry["metadata"]["pricing"]["type"] == "free"
    assert service.client.get("/catalog/gold", headers=headers).status_code == 404


def test_an_instance_may_have_a_plain_name(make_service):
    with make_service(instance="lab") as service:
        found = service.client.post("/v3/resources/search", headers=service.u_b.headers)
        [item] = found.json()["items"]
        assert (item["crn"], item["name"]) == ("lab", "lab")
        assert service.u_b.get("/users/me", headers={"Service-CRN": "lab"}).is_success


@pytest.mark.parametrize("named", [DEFAULT_INSTANCE, "qrt"])
def test_the_own_instance_is_known_by_both_names(service, named):
    answer = service.u_b.get("/users/me", headers={"Service-CRN": named})
    assert answer.status_code == 200


def test_another_instance_is_refused_in_words(service):
    answer = service.u_b.get("/users/me", headers={"Service-CRN": NOWHERE})
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert message == (
        f"There is no instance {NOWHERE!r} here: this service's is "
        f"{DEFAULT_INSTANCE!r}."
    )


def test_who_has_no_token_is_not_told_the_instance(service):
    answer = service.nobody.get("/users/me", headers={"Service-CRN": NOWHERE})
    assert answer.status_code == 401
    assert DEFAULT_INSTANCE not in answer.text


def test_usage_has_no_limit(service):
    answer = service.u_b.get("/instances/usage").json()
    assert answer["usage_limit_reached"] is False
    assert not answer["usage_limit_seconds"]


def test_the_interface_has_a_second_address_without_second_routes(service):
    headers = service.u_b.headers
    path = "/experimental/api/v1/users/me"
    assert service.client.get(path, headers=headers).json()["name"] == "u_b"
    assert service.client.get(path).status_code == 401
