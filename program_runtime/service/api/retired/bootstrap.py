"""The log-in dance of the channel ``ibm_quantum``: who is there, where is what."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from program_runtime.service.api.documents import json_response
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.api.retired.routing import RetiredRoute
from program_runtime.service.attempts import origin_of
from program_runtime.service.auth import GUARDED, Caller, too_many
from program_runtime.service.context import Here
from program_runtime.service.domain import hash_token
from program_runtime.service.instance import GROUP, HUB, PROJECT
from program_runtime.service.tokens import TooManyAttempts
from program_runtime.service.versions import versions

router = APIRouter(
    dependencies=GUARDED, include_in_schema=False, route_class=RetiredRoute
)

_LIFETIME_S = 365 * 24 * 3600.0
"""Clients ask for one access token and never for another. It ends with the API token
that it stands for."""


class LogIn(BaseModel):
    """What is traded for an access token."""

    api_token: str = Field(alias="apiToken", max_length=1000)


@router.get("/version")
async def version() -> Response:
    """Say that this is a place to log in at; clients look for ``api-auth``."""
    known = versions()
    return json_response({"api-auth": known["version"], **known})


@router.post("/users/loginWithToken")
async def log_in(asked: LogIn, request: Request, here: Here) -> Response:
    """Trade an API token for an access token that lasts."""
    client = request.client
    origin = origin_of(client.host if client else None)
    try:
        user = await here.tokens.user_of_api_token(asked.api_token, origin)
    except TooManyAttempts as err:
        raise too_many(err.wait_s) from None
    if user is None:
        raise HttpRefusal(
            401,
            "unauthorized",
            "The token is not valid: it is wrong, was replaced or was revoked.",
            hint="Get a new one by `qrt user rotate NAME`.",
        )
    issued = here.access_tokens.issue(
        user.name, hash_token(asked.api_token), _LIFETIME_S
    )
    return json_response(
        {
            "id": issued,
            "ttl": int(_LIFETIME_S),
            "created": user.created.isoformat(),
            "userId": user.name,
        }
    )


@router.get("/users/me")
async def me(request: Request, caller: Caller) -> Response:
    """Say where everything else is: here."""
    base = origin(request)
    urls: dict[str, Any] = {"http": base, "ws": base, "services": {"runtime": base}}
    return json_response({"id": caller.name, "urls": urls})


@router.get("/Network")
async def network() -> Response:
    """List the hubs with their groups and projects: one of each."""
    projects = {PROJECT: {"isDefault": True}}
    return json_response([{"name": HUB, "groups": {GROUP: {"projects": projects}}}])


@router.get("/instance")
async def instance() -> Response:
    """Say that the instance mitigates no errors on its own."""
    return json_response({"qctrl_enabled": False})


def origin(request: Request) -> str:
    """Return scheme, host and port as the caller reached them."""
    return f"{request.url.scheme}://{request.url.netloc}"
