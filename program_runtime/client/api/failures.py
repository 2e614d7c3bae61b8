"""A refused request, as the exception that says what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

__all__ = ["from_response", "unreachable"]

_SHOWN_CHARACTERS = 500
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 400, 401, 403, 404
_CONFLICT, _UNPROCESSABLE = 409, 422

_INVALID: Mapping[str, type[errors.InvalidValueError]] = {
    "bad_inputs": errors.BadInputsError,
    "bad_metadata": errors.BadMetadataError,
    "bad_bundle": errors.BadBundleError,
    "bad_requirements": errors.BadRequirementsError,
}

_MISSING: Mapping[str, type[errors.ApiError]] = {
    "job": errors.RuntimeJobNotFound,
    "label": errors.RuntimeProgramNotFound,
    "program": errors.RuntimeProgramNotFound,
    "release": errors.RuntimeProgramNotFound,
    "version": errors.RuntimeProgramNotFound,
}

_LOGIN_HINT = (
    "Give a valid token: `qrt login URL`, or "
    "QiskitRuntimeService(channel='server', url=..., token=...)."
)


def from_response(response: requests.Response, path: str) -> Exception:
    """The exception for an answer whose status is not a success.

    Args:
        response: The answer.
        path: The path asked for, which tells programs from jobs.
    """
    status = response.status_code
    detail = _detail(response)
    message, hint = str(detail["message"]), detail.get("hint")
    code = str(detail.get("code") or "")
    if status in (_UNAUTHORIZED, _FORBIDDEN) or code == "too_many_attempts":
        hint = hint or (_LOGIN_HINT if status == _UNAUTHORIZED else None)
        return errors.NotAuthorizedError(message, status=status, code=code, hint=hint)
    if status in (_BAD_REQUEST, _UNPROCESSABLE) and (
        code in _INVALID or detail.get("problems")
    ):
        kind = _INVALID.get(code, errors.InvalidValueError)
        return kind(message, problems=_problems(detail), hint=hint)
    if status == _NOT_FOUND and _names_backend(code, path):
        return errors.BackendNotFoundError(message, hint=hint)
    refused = errors.ApiError
    if status == _NOT_FOUND:
        refused = _missing(code, path)
    elif status == _CONFLICT:
        refused = _conflict(code, path)
    return refused(message, status=status, code=code or None, hint=hint)


def unreachable(url: str, reason: object) -> errors.ServiceUnreachableError:
    """The error for a service that gave no answer at all."""
    return errors.ServiceUnreachableError(
        f"The service at {url} does not answer: {_cause(reason)}.",
        hint="Check the url, or start the service with `qrt serve`.",
    )


def _missing(code: str, path: str) -> type[errors.ApiError]:
    """By what the code names, else by what the path asks for."""
    if code.endswith("_not_found"):
        return _MISSING.get(code.removesuffix("_not_found"), errors.ApiError)
    if path.startswith("/jobs/"):
        return errors.RuntimeJobNotFound
    if path.startswith(("/programs/", "/jobs")):
        return errors.RuntimeProgramNotFound
    return errors.ApiError


def _conflict(code: str, path: str) -> type[errors.ApiError]:
    if path.startswith(("/jobs/", "/sessions/")) or code == "session_closed":
        return errors.RuntimeInvalidStateError
    if path.startswith("/programs/"):
        return errors.RuntimeDuplicateProgramError
    return errors.ApiError


def _names_backend(code: str, path: str) -> bool:
    return code == "backend_not_found" or path.startswith("/backends/")


def _detail(response: requests.Response) -> dict[str, Any]:
    """The ``error`` object of the body, or what can be said without one."""
    try:
        body = response.json()
    except ValueError:
        body = None
    body = body if isinstance(body, dict) else {}
    detail = body.get("error")
    if isinstance(detail, dict) and detail.get("message"):
        return detail
    # Gateways of other makers say it in one word or the other.
    for name in ("message", "detail"):
        if isinstance(body.get(name), str) and body[name]:
            return {"message": body[name]}
    text = response.text[:_SHOWN_CHARACTERS].strip()
    said = f": {text}" if text else "."
    return {
        "message": f"The service answered {response.status_code} "
        f"{response.reason or ''}".rstrip()
        + said
    }


def _problems(detail: Mapping[str, Any]) -> list[errors.Problem]:
    return [
        errors.Problem(
            path=str(problem.get("path", "$")),
            message=str(problem.get("message", "")),
            hint=problem.get("hint"),
        )
        for problem in detail.get("problems") or ()
    ]


def _cause(reason: object) -> str:
    """The innermost reason, in words: 'connection refused' and not five classes."""
    innermost = reason
    while isinstance(innermost, BaseException):
        inner = getattr(innermost, "reason", None) or innermost.__cause__
        if inner is None and innermost.args:
            inner = next(
                (arg for arg in innermost.args if isinstance(arg, BaseException)), None
            )
        if not isinstance(inner, BaseException):
            break
        innermost = inner
    if isinstance(innermost, OSError) and innermost.strerror:
        return innermost.strerror[:1].lower() + innermost.strerror[1:]
    return str(innermost).rstrip(".")
