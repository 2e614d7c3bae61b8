"""IBM Cloud's identity service: an API token becomes an access token."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

import json
import time
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from program_runtime.service.api.documents import json_response
from program_runtime.service.api.errors import HttpRefusal, error_response
from program_runtime.service.api.json_bodies import DOCUMENT_BYTES
from program_runtime.service.attempts import origin_of
from program_runtime.service.auth import too_many
from program_runtime.service.context import Context, Here
from program_runtime.service.domain import User, hash_token
from program_runtime.service.tokens import TooManyAttempts
from program_runtime.service.transfer import read_body

router = APIRouter(prefix="/identity", tags=["official clients"])

_LIFETIME_S = 3600
"""The client asks for the next one after four fifths of it."""
_GRANT = "urn:ibm:params:oauth:grant-type:apikey"
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type", "apikey"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": [_GRANT]},
                        "apikey": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.post("/token", openapi_extra=_FORM)
async def token(request: Request, here: Here) -> Response:
    """Trade an API token for an access token, as official clients do."""
    body = await read_body(request, limit=DOCUMENT_BYTES)
    form = parse_qs(body.decode(errors="replace"))
    grant, api_token = (form.get(name, [""])[-1] for name in ("grant_type", "apikey"))
    if grant != _GRANT:
        return _refused(f"The grant_type {grant!r} is not served here, only {_GRANT}.")
    if not api_token:
        return _refused("The form has no apikey.")
    try:
        user = await _user(here, request, api_token)
    except TooManyAttempts as err:
        raise too_many(err.wait_s) from None
    if user is None:
        return _refused("Provided API key could not be found.")
    issued = here.access_tokens.issue(user.name, hash_token(api_token), _LIFETIME_S)
    return json_response(
        {
            "access_token": issued,
            "refresh_token": "not_supported",
            "token_type": "Bearer",
            "expires_in": _LIFETIME_S,
            "expiration": int(time.time()) + _LIFETIME_S,
            "scope": "ibm openid",
        }
    )


async def _user(here: Context, request: Request, api_token: str) -> User | None:
    # An access token would not do: it could be renewed for ever.
    client = request.client
    origin = origin_of(client.host if client else None)
    return await here.tokens.user_of_api_token(api_token, origin)


def _refused(message: str) -> Response:
    """Return the refusal with the two keys that IBM's own has beside ours."""
    answer = error_response(HttpRefusal(400, "invalid_apikey", message))
    document = json.loads(bytes(answer.body))
    document |= {"errorCode": "BXNIM0415E", "errorMessage": message}
    return json_response(document, status=400)
