"""Every answer that is not a success has one form, written here.

``error`` is what people and our client read, ``errors`` and ``trace`` are what
newer official clients look for.
"""

from __future__ import annotations

import difflib
import json
import logging
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.websockets import WebSocket

from program_runtime.errors import (
    BackendNotFoundError,
    InvalidValueError,
    Problem,
    ProgramRuntimeError,
    StorageBusyError,
    StorageError,
)
from program_runtime.service.answers import GUARDS
from program_runtime.service.domain import (
    ConflictError,
    NotFoundError,
    new_request_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fastapi import FastAPI
    from starlette.requests import HTTPConnection, Request

__all__ = [
    "RETRY_AFTER_S",
    "HttpRefusal",
    "did_you_mean",
    "error_response",
    "install",
    "not_found",
]

log = logging.getLogger(__name__)

RETRY_AFTER_S = 5
"""What a client is told to wait where waiting helps."""

_OFFICIAL = "x-qx-client-application"
"""A header that every official client sends, and no other."""
_TRACE = "uber-trace-id"
"""Without it official clients tell the whole answer after its message."""
_CODES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


class HttpRefusal(Exception):  # noqa: N818 - it is an answer, not an accident
    """A request that the service does not grant, ready to be answered."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        problems: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.problems = tuple(problems)
        self.headers = dict(headers or {})


def not_found(kind: str, name: str, *, known: Iterable[str] = ()) -> HttpRefusal:
    """Return the refusal for something that is not there, or not to be seen."""
    return HttpRefusal(
        404,
        f"{kind}_not_found",
        f"There is no {kind} {name!r}.",
        hint=did_you_mean(name, known),
    )


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return a hint that names the nearest known names, if any is near."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    if not near:
        return None
    return f"Did you mean {' or '.join(repr(other) for other in near)}?"


def error_response(
    refusal: HttpRefusal, *, trace: str | None = None, in_one: bool = False
) -> Response:
    """Return the answer for a refusal.

    Args:
        refusal: What is refused, and why.
        trace: Under which the log says more.
        in_one: Say all of it in the message: official clients show nothing else.
    """
    message = _in_one(refusal) if in_one else refusal.message
    error: dict[str, Any] = {"code": refusal.code, "message": message}
    if refusal.hint:
        error["hint"] = refusal.hint
    if refusal.problems:
        error["problems"] = [_problem(problem) for problem in refusal.problems]
    trace = trace or new_request_id()
    body = {
        "error": error,
        "errors": [{"code": refusal.code, "message": message}],
        "trace": trace,
    }
    return Response(
        json.dumps(body),
        status_code=refusal.status,
        media_type="application/json",
        headers={**refusal.headers, _TRACE: trace},
    )


def install(app: FastAPI) -> None:
    """Register a handler for everything that a route may raise."""
    for kind in (HttpRefusal, ProgramRuntimeError):
        app.add_exception_handler(kind, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _failed)


def _problem(problem: Problem) -> dict[str, str | None]:
    return {"path": problem.path, "message": problem.message, "hint": problem.hint}


def _in_one(refusal: HttpRefusal) -> str:
    told = [refusal.message]
    for problem in refusal.problems:
        told.append(f"{problem.path}: {problem.message.rstrip('.')}.")
        told += [problem.hint] if problem.hint else []
    told += [refusal.hint] if refusal.hint else []
    return " ".join(told)


def _is_official(connection: HTTPConnection) -> bool:
    return _OFFICIAL in connection.headers


def _translated(error: Exception) -> HttpRefusal:
    """Return the answer for an error that a rule, a store or a check raised."""
    match error:
        case HttpRefusal():
            return error
        case NotFoundError():
            code = f"{error.kind}_not_found"
            return HttpRefusal(404, code, error.message, hint=error.hint)
        case ConflictError():
            return HttpRefusal(409, error.reason, error.message, hint=error.hint)
        case BackendNotFoundError():
            return HttpRefusal(404, error.code, error.message, hint=error.hint)
        case InvalidValueError():
            return HttpRefusal(
                400, error.code, error.summary, hint=error.hint, problems=error.problems
            )
        case StorageError():
            return _not_stored(error)
    raise error


def _not_stored(error: StorageError) -> HttpRefusal:
    if isinstance(error, StorageBusyError):
        log.warning("the store is busy: %s", error.message)
        wait = {"Retry-After": str(RETRY_AFTER_S)}
        return HttpRefusal(
            503, error.code, error.message, hint=error.hint, headers=wait
        )
    log.error("the store failed", exc_info=error)
    # Not one of the codes that official clients repeat a request for.
    return HttpRefusal(507, error.code, error.message, hint=error.hint)


async def _refused(connection: Any, error: Exception) -> Any:
    answer = error_response(_translated(error), in_one=_is_official(connection))
    if isinstance(connection, WebSocket):
        await connection.send_denial_response(answer)
        return None
    return answer


async def _unreadable(request: Request, error: Exception) -> Response:
    items = error.errors() if isinstance(error, RequestValidationError) else ()
    problems = [
        Problem(
            path=".".join(str(part) for part in item["loc"][1:]) or "body",
            message=str(item["msg"]),
        )
        for item in items
    ]
    return error_response(
        HttpRefusal(
            400, "bad_request", "The request can not be read.", problems=problems
        ),
        in_one=_is_official(request),
    )


async def _http(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):  # pragma: no cover - registered for it
        raise error
    code = _CODES.get(error.status_code, "http_error")
    return error_response(
        HttpRefusal(error.status_code, code, str(error.detail), headers=error.headers)
    )


async def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=499)


async def _failed(request: Request, error: Exception) -> Response:
    trace = new_request_id()
    route = getattr(request.scope.get("route"), "path", "(no route)")
    log.error("%s: %s failed", trace, route, exc_info=error)
    refusal = HttpRefusal(
        500,
        "internal",
        "The service failed to answer.",
        hint=f"Its log says why, under {trace}.",
        headers=GUARDS,  # it is sent from outside of what adds them to all others
    )
    return error_response(refusal, trace=trace)
