"""How routes for retired official clients take requests, and what they never answer."""

# ruff: noqa: TC001 - annotations are evaluated at run time
from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fastapi import Depends
from starlette.requests import ClientDisconnect, Request

from program_runtime.errors import ProgramRuntimeError
from program_runtime.service.api.errors import HttpRefusal, error_response
from program_runtime.service.api.json_bodies import BoundedRoute
from program_runtime.service.auth import GUARDED
from program_runtime.service.context import Here
from program_runtime.service.domain import new_request_id

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.responses import Response
    from starlette.types import Scope

__all__ = ["NOTED", "RetiredRoute"]

log = logging.getLogger(__name__)

_CONTENT_TYPE = b"content-type"
_JSON = (_CONTENT_TYPE, b"application/json")
_NOT_REPEATED = 507
"""Clients repeat a request that is answered by 500, 502, 503, 504 or 520 to 524."""


class RetiredRoute(BoundedRoute):
    """A route that takes JSON under any Content-Type, and fails only once.

    Clients send JSON without a type, or with the one of what they sent before. And
    they repeat a POST that was answered by a 500, though it may have done its work.
    """

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def once(request: Request) -> Response:
            try:
                return await answer(Request(_as_json(request.scope), request.receive))
            except (HttpRefusal, ProgramRuntimeError, ClientDisconnect):
                raise
            except Exception as err:
                if not _is_an_accident(err):
                    raise
                return _failed(request, err)

        return once


async def _note(request: Request, here: Here) -> None:
    here.generations.note(request)


NOTED = [*GUARDED, Depends(_note)]
"""The dependencies of a router whose requests say which version sends them; those of
the log-in come from other libraries."""


def _as_json(scope: Scope) -> Scope:
    headers = [item for item in scope["headers"] if item[0] != _CONTENT_TYPE]
    return {**scope, "headers": [*headers, _JSON]}


def _is_an_accident(err: Exception) -> bool:
    """Whether nobody has an answer for an exception but the last handler of all."""
    from fastapi.exceptions import (  # noqa: PLC0415 - it is needed after accidents
        RequestValidationError,
    )
    from starlette.exceptions import HTTPException  # noqa: PLC0415 - likewise

    return not isinstance(err, (RequestValidationError, HTTPException))


def _failed(request: Request, err: Exception) -> Response:
    trace = new_request_id()
    log.error("%s: %s failed", trace, request.scope["route"].path, exc_info=err)
    refusal = HttpRefusal(
        _NOT_REPEATED,
        "internal",
        "The service failed to answer; what was asked for may have been done.",
        hint=f"Its log says why, under {trace}.",
    )
    return error_response(refusal, trace=trace)
