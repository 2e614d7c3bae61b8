"""Who may call what: one table from route to the least role."""

# ruff: noqa: TC002 - annotations are evaluated at run time
from __future__ import annotations

import math
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.attempts import origin_of
from program_runtime.service.domain import Role, User
from program_runtime.service.instance import names_of
from program_runtime.service.tokens import Tokens, TooManyAttempts

__all__ = [
    "GUARDED",
    "PUBLIC",
    "ROLES",
    "Caller",
    "authorize",
    "is_still_valid",
    "too_many",
]

PUBLIC = None
"""Anyone, without a token."""

API = "/api/v1"
_DEVICES = "/Network/{hub}/Groups/{group}/Projects/{project}/devices"

ROLES: dict[tuple[str, str], Role | None] = {
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/openapi.json"): PUBLIC,
    ("GET", f"{API}/version"): PUBLIC,
    ("POST", "/identity/token"): PUBLIC,
    ("POST", "/v3/resources/search"): Role.USER,
    ("GET", "/catalog/{plan}"): Role.USER,
    ("GET", f"{API}/instances/usage"): Role.USER,
    ("GET", f"{API}/users/me"): Role.USER,
    ("GET", f"{API}/users"): Role.ADMIN,
    ("POST", f"{API}/users"): Role.ADMIN,
    ("POST", f"{API}/users/{{name}}/rotate"): Role.ADMIN,
    ("DELETE", f"{API}/users/{{name}}"): Role.ADMIN,
    ("GET", f"{API}/backends"): Role.USER,
    ("GET", f"{API}/backends/{{name}}/configuration"): Role.USER,
    ("GET", f"{API}/backends/{{name}}/properties"): Role.USER,
    ("GET", f"{API}/backends/{{name}}/status"): Role.USER,
    ("GET", f"{API}/programs"): Role.USER,
    ("GET", f"{API}/programs/{{program_id}}"): Role.USER,
    ("PATCH", f"{API}/programs/{{program_id}}"): Role.AUTHOR,
    ("DELETE", f"{API}/programs/{{program_id}}"): Role.AUTHOR,
    ("GET", f"{API}/programs/{{program_id}}/releases"): Role.USER,
    ("GET", f"{API}/programs/{{program_id}}/releases/{{ref}}"): Role.USER,
    ("PUT", f"{API}/programs/{{program_id}}/releases/{{ref}}"): Role.AUTHOR,
    ("GET", f"{API}/programs/{{program_id}}/releases/{{ref}}/bundle"): Role.AUTHOR,
    ("PUT", f"{API}/programs/{{program_id}}/labels/{{label}}"): Role.AUTHOR,
    ("GET", f"{API}/environment"): Role.USER,
    ("PUT", f"{API}/environments/{{digest}}"): Role.AUTHOR,
    ("PUT", f"{API}/blobs/{{digest}}"): Role.USER,
    ("POST", f"{API}/sessions"): Role.USER,
    ("GET", f"{API}/sessions"): Role.USER,
    ("GET", f"{API}/sessions/{{session_id}}"): Role.USER,
    ("PATCH", f"{API}/sessions/{{session_id}}"): Role.USER,
    ("DELETE", f"{API}/sessions/{{session_id}}/close"): Role.USER,
    ("POST", f"{API}/jobs"): Role.USER,
    ("GET", f"{API}/jobs"): Role.USER,
    ("GET", f"{API}/jobs/{{job_id}}"): Role.USER,
    ("DELETE", f"{API}/jobs/{{job_id}}"): Role.USER,
    ("GET", f"{API}/jobs/{{job_id}}/results"): Role.USER,
    ("GET", f"{API}/jobs/{{job_id}}/interim_results"): Role.USER,
    ("GET", f"{API}/jobs/{{job_id}}/logs"): Role.USER,
    ("GET", f"{API}/jobs/{{job_id}}/metrics"): Role.USER,
    ("GET", f"{API}/jobs/{{job_id}}/inputs"): Role.USER,
    ("GET", f"{API}/jobs/{{job_id}}/events"): Role.USER,
    ("GET", f"{API}/jobs/{{job_id}}/blobs/{{digest}}"): Role.USER,
    ("POST", f"{API}/jobs/{{job_id}}/cancel"): Role.USER,
    ("POST", f"{API}/jobs/{{job_id}}/stop"): Role.USER,
    ("PUT", f"{API}/jobs/{{job_id}}/tags"): Role.USER,
    ("WS", f"{API}/jobs/{{job_id}}/stream"): Role.USER,
    # What retired official clients ask for.
    ("GET", "/version"): PUBLIC,
    ("POST", "/users/loginWithToken"): PUBLIC,
    ("GET", "/users/me"): Role.USER,
    ("GET", "/Network"): Role.USER,
    ("GET", "/instance"): Role.USER,
    ("GET", "/backends"): Role.USER,
    ("GET", "/backends/{name}/configuration"): Role.USER,
    ("GET", "/backends/{name}/defaults"): Role.USER,
    ("GET", "/backends/{name}/properties"): Role.USER,
    ("GET", "/backends/{name}/status"): Role.USER,
    ("GET", f"{_DEVICES}/v/1"): Role.USER,
    ("GET", f"{_DEVICES}/{{name}}/queue/status"): Role.USER,
    ("GET", f"{_DEVICES}/{{name}}/jobsLimit"): Role.USER,
    ("GET", f"{_DEVICES}/{{name}}/bookings/v2"): Role.USER,
    ("GET", f"{_DEVICES}/{{name}}/properties"): Role.USER,
    ("GET", f"{_DEVICES}/{{name}}/defaults"): Role.USER,
    ("GET", "/programs"): Role.USER,
    ("POST", "/programs"): Role.AUTHOR,
    ("GET", "/programs/{program_id}"): Role.USER,
    ("PATCH", "/programs/{program_id}"): Role.AUTHOR,
    ("DELETE", "/programs/{program_id}"): Role.AUTHOR,
    ("PUT", "/programs/{program_id}/data"): Role.AUTHOR,
    ("PUT", "/programs/{program_id}/public"): Role.AUTHOR,
    ("PUT", "/programs/{program_id}/private"): Role.AUTHOR,
    ("POST", "/jobs"): Role.USER,
    ("GET", "/jobs"): Role.USER,
    ("GET", "/jobs/{job_id}"): Role.USER,
    ("DELETE", "/jobs/{job_id}"): Role.USER,
    ("GET", "/jobs/{job_id}/results"): Role.USER,
    ("GET", "/jobs/{job_id}/interim_results"): Role.USER,
    ("GET", "/jobs/{job_id}/logs"): Role.USER,
    ("GET", "/jobs/{job_id}/metrics"): Role.USER,
    ("POST", "/jobs/{job_id}/cancel"): Role.USER,
    ("PUT", "/jobs/{job_id}/tags"): Role.USER,
    ("GET", "/sessions/{session_id}"): Role.USER,
    ("PATCH", "/sessions/{session_id}"): Role.USER,
    ("DELETE", "/sessions/{session_id}/close"): Role.USER,
    ("GET", "/results/{link}"): PUBLIC,
    ("WS", "/stream/jobs/{job_id}"): Role.USER,
}
"""The least role for every route. A route that is not here is closed to all."""

_RANK = {Role.USER: 1, Role.AUTHOR: 2, Role.ADMIN: 3}
_SCHEMES = ("bearer", "apikey")
_ACCESS_TOKEN = "x-access-token"  # noqa: S105 - a header of retired clients
_LOGIN_HINT = (
    "Send the header `Authorization: Bearer TOKEN`; `qrt login` saves a token."
)


async def authorize(connection: HTTPConnection) -> User | None:
    """Let a request pass if its route allows the role of its token.

    Returns:
        The user; None on a public route.

    Raises:
        HttpRefusal: 401 without a valid token, 403 if the role is too small, 429
            after too many wrong tokens.
    """
    least = _least_role(connection)
    if least is PUBLIC:
        return None
    tokens: Tokens = connection.app.state.context.tokens
    client = connection.client
    token = _token(connection)
    try:
        user = await tokens.user(token, origin_of(client.host if client else None))
    except TooManyAttempts as err:
        raise too_many(err.wait_s) from None
    if user is None:
        raise _unauthorized(
            "The token is not valid: it is wrong, was replaced or was revoked.",
            hint="Get a new one by `qrt user rotate NAME`, then `qrt login`.",
        )
    if _RANK[user.role] < _RANK[least]:
        raise HttpRefusal(
            403,
            "forbidden",
            f"{user.name} has the role {user.role}; this needs the role {least}.",
            hint="Ask an admin to do it, or for an account with that role.",
        )
    _check_instance(connection)
    return user


async def is_still_valid(connection: HTTPConnection) -> bool:
    """Whether the token that opened a stream is still one: streams last for hours."""
    tokens: Tokens = connection.app.state.context.tokens
    try:
        return await tokens.user(_token(connection)) is not None
    except TooManyAttempts:
        return False


Caller = Annotated[User, Depends(authorize)]
"""The parameter by which a route gets the user."""

GUARDED = [Depends(authorize)]
"""The dependencies of every router: no route is forgotten."""


def _least_role(connection: HTTPConnection) -> Role | None:
    path = connection.scope["route"].path
    method = connection.scope.get("method", "WS")
    try:
        return ROLES[method, path]
    except KeyError:
        raise HttpRefusal(403, "forbidden", "Nobody may do this.") from None


def _token(connection: HTTPConnection) -> str:
    header = connection.headers.get("authorization")
    if not header:
        access_token = connection.headers.get(_ACCESS_TOKEN, "").strip()
        if access_token:
            return access_token
        raise _unauthorized("This needs a token.", hint=_LOGIN_HINT)
    scheme, _, token = header.partition(" ")
    if scheme.lower() not in _SCHEMES or not token.strip():
        raise _unauthorized("The Authorization header has no token.", hint=_LOGIN_HINT)
    return token.strip()


def _check_instance(connection: HTTPConnection) -> None:
    """Refuse a request that means another service."""
    asked = connection.headers.get("service-crn")
    own: str = connection.app.state.context.settings.instance
    if asked is None or asked in names_of(own):
        return
    raise HttpRefusal(
        400,
        "unknown_instance",
        f"There is no instance {asked!r} here: this service's is {own!r}.",
        hint="Name it so, or leave the instance out of the client's account.",
    )


def _unauthorized(message: str, *, hint: str) -> HttpRefusal:
    return HttpRefusal(
        401,
        "unauthorized",
        message,
        hint=hint,
        headers={"WWW-Authenticate": "Bearer"},
    )


def too_many(wait_s: float) -> HttpRefusal:
    """Return the refusal for an address that has to wait."""
    seconds = math.ceil(wait_s)
    return HttpRefusal(
        429,
        "too_many_attempts",
        "Too many wrong tokens came from your address.",
        hint=f"Wait {seconds} s, and check the token: `qrt whoami`.",
        headers={"Retry-After": str(seconds)},
    )
