"""Accounts and their tokens."""

# ruff: noqa: TC001 - annotations are evaluated at run time
from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from program_runtime.service.api.documents import json_response, user_document
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.api.json_bodies import BoundedRoute
from program_runtime.service.auth import GUARDED, Caller
from program_runtime.service.context import Here
from program_runtime.service.domain import Role, hash_token, new_token

router = APIRouter(
    prefix="/api/v1/users",
    dependencies=GUARDED,
    tags=["users"],
    route_class=BoundedRoute,
)

UserName = Annotated[
    str, StringConstraints(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._@+-]{0,62}$")
]


class NewUser(BaseModel):
    """An account to be opened."""

    name: UserName
    role: Role = Field(default=Role.USER)


@router.get("/me")
async def me(caller: Caller) -> Response:
    """Return the user whose token this is."""
    return json_response(user_document(caller))


@router.get("")
async def users(here: Here) -> Response:
    """Return all users, revoked ones too."""
    found = await here.store.users.list()
    return json_response({"users": [user_document(user) for user in found]})


@router.post("", status_code=201)
async def add(new: NewUser, here: Here) -> Response:
    """Open an account; its token is in this answer and nowhere else.

    Repeating the request is refused with ``user_exists``: a token is shown once.
    """
    token = new_token()
    user = await here.store.users.add(new.name, new.role, hash_token(token))
    here.tokens.forget()
    return json_response({"user": user_document(user), "token": token}, status=201)


@router.post("/{name}/rotate")
async def rotate(name: str, here: Here) -> Response:
    """Give a user a new token; the old one is worthless from now on."""
    token = new_token()
    user = await here.store.users.set_token(name, hash_token(token))
    here.tokens.forget()
    return json_response({"user": user_document(user), "token": token})


@router.delete("/{name}", status_code=204)
async def revoke(name: str, here: Here, caller: Caller) -> Response:
    """Close an account; its programs and jobs stay."""
    if name == caller.name:
        raise HttpRefusal(
            409,
            "own_account",
            "This is your own account: revoking it would lock you out.",
            hint="Let another admin do it.",
        )
    await here.store.users.revoke(name)
    here.tokens.forget()
    return Response(status_code=204)
