import json
import logging
import ssl
import threading

import pytest
from contract_service import TOKEN

from program_runtime import errors
from program_runtime.client.api import ServiceApi
from program_runtime.client.profiles import Profile
from program_runtime.client.secret import Secret


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        (" https://lab.example/qrt/ ", "https://lab.example/qrt"),
        ("https://lab.example/api/v1", "https://lab.example"),
    ],
)
def test_the_url_is_brought_into_one_form(given, used):
    assert ServiceApi(given).url == used


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://lab.example", "http://", ""])
def test_what_is_no_url_is_refused(url):
    with pytest.raises(errors.InvalidValueError) as caught:
        ServiceApi(url)
    assert str(caught.value) == (
        f"{url!r} is no url of a service. "
        "It begins with http:// or https://, as in http://127.0.0.1:8000."
    )


def test_credentials_in_a_url_are_refused_and_not_shown():
    with pytest.raises(errors.InvalidValueError) as caught:
        ServiceApi("https://me:planted@lab.example")
    assert "planted" not in str(caught.value)
    assert "holds a user name or password" in str(caught.value)


@pytest.mark.parametrize("token", ["qrt_planted\nx", "qrt_planted x", "qrt_plantéd"])
def test_a_broken_token_is_refused_and_not_shown(token):
    with pytest.raises(errors.InvalidValueError) as caught:
        ServiceApi("http://127.0.0.1:1", token)
    assert str(caught.value) == (
        "The token holds characters that no token has. "
        "Copy it again, without quotes and line breaks."
    )


def test_white_space_around_a_token_does_no_harm(contract):
    assert ServiceApi(contract.url, f" {TOKEN}\n").whoami()["name"] == "owner"


def test_no_log_and_no_error_shows_the_token(contract, caplog):
    caplog.set_level(logging.DEBUG)
    api = ServiceApi(contract.url, Secret(TOKEN))
    api.whoami()
    with pytest.raises(errors.RuntimeJobNotFound) as caught:
        api.job("job_9")
    shown = f"{caplog.text} {caught.value!r} {api!r} {vars(api)}"
    assert TOKEN not in shown


def test_netrc_does_not_replace_the_token(contract, private_home):
    netrc = private_home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\n")
    netrc.chmod(0o600)
    assert ServiceApi(contract.url, TOKEN).whoami()["name"] == "owner"


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_service_that_is_busy_for_a_moment_is_asked_again(contract, api, status):
    contract.fail_next(".", status, times=2)
    assert api.whoami()["name"] == "owner"
    assert len(contract.requests) == 3


def test_a_service_that_stays_busy_is_said(contract, api):
    detail = json.dumps({"error": {"code": "busy", "message": "Too much to do."}})
    contract.fail_next(".", 503, times=9, body=detail.encode())
    with pytest.raises(errors.ApiError, match="Too much to do") as caught:
        api.whoami()
    assert caught.value.status == 503


def test_a_repeated_submission_is_one_job(contract, api):
    contract.drop_next("POST /jobs", after_acting=True)
    job = api.submit_job({"program_id": "vqe", "inputs": "{}"})
    assert len(contract.seen("POST /jobs")) == 2
    assert list(contract.jobs) == [job["id"]]


def test_two_submissions_are_two_jobs_unless_they_share_a_key(contract, api):
    body = {"program_id": "vqe", "inputs": "{}"}
    api.submit_job(body)
    api.submit_job(body, idempotency_key="k")
    api.submit_job(body, idempotency_key="k")
    assert list(contract.jobs) == ["job_1", "job_2"]


def test_what_would_do_harm_twice_is_sent_once(contract, api):
    contract.drop_next("POST /users", after_acting=True)
    with pytest.raises(errors.ServiceUnreachableError):
        api.add_user("u_a", "user")
    assert contract.seen("POST") == ["POST /users"]


@pytest.mark.parametrize("action", ["cancel", "stop"])
def test_an_action_whose_answer_was_lost_is_sent_again(contract, api, action):
    contract.add_job()
    contract.drop_next("POST")
    getattr(api, action)("job_1")
    assert contract.seen("POST") == [f"POST /jobs/job_1/{action}"] * 2


def test_users_are_added_listed_renewed_and_revoked(contract, api):
    assert api.add_user("u_a", "author")["token"] == "qrt_new"
    assert api.users() == [{"name": "owner"}]
    assert api.rotate_user("u_a")["token"] == "qrt_newer"
    api.revoke_user("u_a")
    assert contract.requests[-1] == "DELETE /users/u_a"


def test_versions_and_labels_pass_through(contract, api):
    assert api.version()["api"] == {"min": 1, "max": 1}
    api.set_label("vqe", "stable", "1.0.0")
    assert api.release("vqe", "stable")["version"] == "1.0.0"


def test_an_unreachable_service_is_named_with_the_next_step():
    with pytest.raises(errors.ServiceUnreachableError) as caught:
        ServiceApi("http://127.0.0.1:1", "qrt_x").whoami()
    assert str(caught.value) == (
        "The service at http://127.0.0.1:1 does not answer: connection refused. "
        "Check the url, or start the service with `qrt serve`."
    )


def test_a_service_that_never_answers_is_given_up(contract, api, monkeypatch):
    from program_runtime.client.api import retrying, transport

    monkeypatch.setattr(transport, "_READ_TIMEOUT_S", -0.95)
    monkeypatch.setattr(retrying, "_RETRY", 0)
    contract.add_job()
    with pytest.raises(errors.ServiceUnreachableError) as caught:
        api.job("job_1", wait_s=1)
    assert "does not answer: no answer within 0.05 s." in str(caught.value)


def place(url):
    return Profile(name="local", url=url, token=Secret(TOKEN))


def test_a_service_that_moved_is_found_again(contract):
    asked = []

    def relocate():
        asked.append(1)
        return place(contract.url)

    api = ServiceApi("http://127.0.0.1:1", "qrt_old", relocate=relocate)
    assert api.whoami()["name"] == "owner"
    assert api.url == contract.url
    assert api.whoami()["name"] == "owner"
    assert len(asked) == 1


def test_an_upload_starts_over_where_the_service_moved(contract, tmp_path):
    file = tmp_path / "bundle.zip"
    file.write_bytes(b"x" * 10)
    api = ServiceApi("http://127.0.0.1:1", "x", relocate=lambda: place(contract.url))
    api.put_release("vqe", "1.0.0", file, _digest(file))
    assert contract.bundles["vqe", "1.0.0"] == b"x" * 10


def test_a_certificate_that_is_not_trusted_is_told(contract):
    url = contract.url.replace("http:", "https:")
    with pytest.raises(errors.ServiceUnreachableError) as caught:
        ServiceApi(url, "x").whoami()
    assert f"The certificate of {url} is not trusted: " in str(caught.value)
    assert "verify='/path/to/ca.pem'" in str(caught.value)


def test_threads_share_one_session(contract, api):
    opened = [api.transport._open() for _ in range(2)]
    assert opened[0] is opened[1]


def test_threads_that_miss_the_service_together_look_for_it_once(contract):
    asked = []
    both = threading.Barrier(2, timeout=5)

    def relocate():
        asked.append(1)
        return place(contract.url)

    api = ServiceApi("http://127.0.0.1:1", "x", relocate=relocate)

    def miss():
        both.wait()
        assert api.transport.moved_from("http://127.0.0.1:1", OSError())

    threads = [threading.Thread(target=miss) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_a_service_that_is_gone_for_good_is_said():
    where = place("http://127.0.0.1:1")
    api = ServiceApi(where.url, where.token, relocate=lambda: where)
    with pytest.raises(errors.ServiceUnreachableError, match="connection refused"):
        api.whoami()


def test_an_upload_tells_its_progress_and_starts_over_when_it_is_repeated(
    contract, api, tmp_path
):
    file = tmp_path / "bundle.zip"
    file.write_bytes(b"x" * 100_000)
    digest = _digest(file)
    contract.fail_next("PUT", 503)
    told = []
    release, created = api.put_release(
        "vqe",
        "1.0.0",
        file,
        digest,
        labels=["stable", "new"],
        visibility="public",
        on_progress=lambda sent, total: told.append((sent, total)),
    )
    assert (release["version"], created) == ("1.0.0", True)
    assert contract.bundles["vqe", "1.0.0"] == file.read_bytes()
    assert told[-1] == (100_000, 100_000)
    assert [sent for sent, _ in told].count(100_000) == 2
    assert contract.requests[-1] == (
        "PUT /programs/vqe/releases/1.0.0?label=stable&label=new&visibility=public"
    )


def test_the_same_bytes_again_are_no_error_and_others_a_conflict(
    contract, api, tmp_path
):
    file = tmp_path / "bundle.zip"
    file.write_bytes(b"one")
    assert api.put_release("vqe", "1.0.0", file, _digest(file))[1] is True
    assert api.put_release("vqe", "1.0.0", file, _digest(file))[1] is False
    file.write_bytes(b"two")
    with pytest.raises(errors.RuntimeDuplicateProgramError) as caught:
        api.put_release("vqe", "1.0.0", file, _digest(file))
    assert caught.value.service_code == "version_exists"


def test_a_bundle_is_written_to_disk(contract, api, tmp_path):
    contract.bundles["vqe", "1.0.0"] = b"z" * 3_000_000
    path = api.download_bundle("vqe", "1.0.0", tmp_path / "b.zip")
    assert path.read_bytes() == b"z" * 3_000_000


def test_names_in_paths_are_quoted(contract, api):
    with pytest.raises(errors.RuntimeJobNotFound):
        api.job("../users/me")
    assert contract.requests == ["GET /jobs/../users/me?exclude_params=true"]


def _digest(file):
    from program_runtime.bundle import digest_file

    return digest_file(file)


def test_a_plain_url_needs_no_trust():
    assert ServiceApi("http://127.0.0.1:1").transport.ssl_context() is None


def test_the_websocket_trusts_what_the_requests_trust(tmp_path):
    import certifi

    given = ServiceApi("https://lab.example", verify=certifi.where())
    assert given.transport.ssl_context().verify_mode is ssl.CERT_REQUIRED
    assert given.transport.ssl_context().cert_store_stats()["x509_ca"] > 0
    folder = ServiceApi("https://lab.example", verify=str(tmp_path))
    assert folder.transport.ssl_context().cert_store_stats()["x509_ca"] == 0
    without = ServiceApi("https://lab.example", verify=False)
    assert without.transport.ssl_context().verify_mode is ssl.CERT_NONE


def test_the_stream_of_a_tls_service_is_a_tls_stream():
    address, headers = ServiceApi("https://lab.example", "qrt_x").stream_target(
        "job_1", after=7
    )
    assert address == "wss://lab.example/api/v1/jobs/job_1/stream?after=7"
    assert headers == {"Authorization": "Bearer qrt_x"}
