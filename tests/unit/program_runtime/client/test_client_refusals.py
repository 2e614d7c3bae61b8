import json

import pytest

from program_runtime import errors
from program_runtime.client.api import ServiceApi


def refusal(contract, api, status, detail, call=lambda api: api.whoami()):
    body = detail if isinstance(detail, bytes) else json.dumps(detail).encode()
    contract.fail_next(".", status, body=body)
    with pytest.raises(errors.ProgramRuntimeError) as caught:
        call(api)
    return caught.value


def test_a_wrong_token_is_told_what_to_do(contract):
    with pytest.raises(errors.NotAuthorizedError) as caught:
        ServiceApi(contract.url, "qrt_wrong").whoami()
    assert caught.value.status == 401
    assert str(caught.value) == (
        "The token is not valid. Give a valid token: `qrt login URL`, or "
        "QiskitRuntimeService(channel='server', url=..., token=...)."
    )


def test_a_role_that_may_not_is_not_authorized(contract, api):
    detail = {"error": {"code": "role", "message": "You may not publish."}}
    error = refusal(contract, api, 403, detail)
    assert isinstance(error, errors.NotAuthorizedError)
    assert str(error) == "You may not publish."


@pytest.mark.parametrize(
    ("answer", "call", "kind"),
    [
        ((404, "program_not_found"), "program", errors.RuntimeProgramNotFound),
        ((404, "release_not_found"), "release", errors.RuntimeProgramNotFound),
        ((404, ""), "program", errors.RuntimeProgramNotFound),
        ((404, "job_not_found"), "job", errors.RuntimeJobNotFound),
        ((404, ""), "job", errors.RuntimeJobNotFound),
        ((404, ""), "backend", errors.BackendNotFoundError),
        ((404, "backend_not_found"), "submit", errors.BackendNotFoundError),
        ((404, "program_not_found"), "submit", errors.RuntimeProgramNotFound),
        ((409, "version_exists"), "program", errors.RuntimeDuplicateProgramError),
        ((409, "job_final"), "job", errors.RuntimeInvalidStateError),
        ((404, "blob_not_found"), "submit", errors.ApiError),
        ((404, "blob_not_found"), "job", errors.ApiError),
        ((404, ""), "submit", errors.RuntimeProgramNotFound),
        ((409, ""), "user", errors.ApiError),
        ((404, ""), "user", errors.ApiError),
        ((413, "too_large"), "submit", errors.ApiError),
        ((429, "queue_full"), "submit", errors.ApiError),
        ((429, "too_many_attempts"), "submit", errors.NotAuthorizedError),
        ((500, "internal"), "job", errors.ApiError),
    ],
)
def test_each_refusal_has_its_exception(contract, api, answer, call, kind):
    status, code = answer
    calls = {
        "program": lambda api: api.program("vqe"),
        "release": lambda api: api.release("vqe", "9.9.9"),
        "job": lambda api: api.job("job_1"),
        "backend": lambda api: api.backend_status("aer"),
        "submit": lambda api: api.submit_job({}),
        "user": lambda api: api.revoke_user("u_a"),
    }
    detail = {"error": {"code": code, "message": "No.", "hint": "Do this."}}
    error = refusal(contract, api, status, detail, calls[call])
    assert type(error) is kind
    assert str(error) == "No. Do this."


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("bad_inputs", errors.BadInputsError),
        ("bad_metadata", errors.BadMetadataError),
        ("bad_bundle", errors.BadBundleError),
        ("bad_request", errors.InvalidValueError),
    ],
)
def test_problems_are_all_passed_on(contract, api, code, kind):
    problems = [
        {"path": "$.name", "message": "is missing", "hint": "Add it."},
        {"path": "$.version", "message": "is no version"},
    ]
    detail = {"error": {"code": code, "message": "Two faults.", "problems": problems}}
    error = refusal(contract, api, 400, detail)
    assert type(error) is kind
    assert [problem.path for problem in error.problems] == ["$.name", "$.version"]
    assert str(error) == (
        "Two faults.\n  $.name: is missing (Add it.)\n  $.version: is no version"
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>Bad</html>", "The service answered 400 Bad Request: <html>Bad</html>"),
        (b"", "The service answered 400 Bad Request."),
        (b'{"error": "x"}', 'The service answered 400 Bad Request: {"error": "x"}'),
        (b"[1]", "The service answered 400 Bad Request: [1]"),
    ],
)
def test_a_refusal_in_another_form_still_has_words(contract, api, body, message):
    assert str(refusal(contract, api, 400, body)) == message


def test_a_redirect_is_not_followed_with_the_token(contract, api):
    contract.fail_next(".", 302, headers={"Location": "http://127.0.0.1:1/x"})
    with pytest.raises(errors.ApiError, match="The service answered 302 Found"):
        api.whoami()
