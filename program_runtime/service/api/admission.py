"""Who is too late: a service that stops takes no new work."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

from starlette.requests import HTTPConnection

from program_runtime.service.api.errors import RETRY_AFTER_S, HttpRefusal
from program_runtime.service.context import Here

_NEW_WORK = {
    ("POST", "/api/v1/jobs"),
    ("POST", "/api/v1/sessions"),
    ("PUT", "/api/v1/blobs/{digest}"),
    ("PUT", "/api/v1/programs/{program_id}/releases/{ref}"),
    ("POST", "/jobs"),
    ("POST", "/programs"),
    ("PUT", "/programs/{program_id}/data"),
    ("PATCH", "/programs/{program_id}"),
}


async def admit(connection: HTTPConnection, here: Here) -> None:
    """Refuse new work once the service stops; everything else is answered.

    Raises:
        HttpRefusal: 503, to be tried again: the next process takes it.
    """
    if not here.scheduler.closing:
        return
    asked = connection.scope.get("method", "WS"), connection.scope["route"].path
    if asked in _NEW_WORK:
        raise HttpRefusal(
            503,
            "stopping",
            "The service is stopping and takes no new work.",
            hint="Try again when it has been started again.",
            headers={"Retry-After": str(RETRY_AFTER_S), "Connection": "close"},
        )
