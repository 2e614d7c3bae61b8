"""Jobs on their way in; ``params`` stays the text that was sent."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from program_runtime.errors import Problem
from program_runtime.service.api import submissions as native
from program_runtime.service.api.documents import json_response
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.api.json_bodies import check_values
from program_runtime.service.api.retired.documents import job_document
from program_runtime.service.api.retired.instance import check_instance, check_strategy
from program_runtime.service.api.retired.members import members, object_of
from program_runtime.service.api.retired.routing import NOTED, RetiredRoute
from program_runtime.service.auth import Caller
from program_runtime.service.context import Here

router = APIRouter(
    dependencies=NOTED, include_in_schema=False, route_class=RetiredRoute
)

_LEAKED = "_ParameterNamespace__"
"""What private attributes of the client's namespace of inputs begin with."""


class Placement(BaseModel):
    """What a submission says of where it goes."""

    hub: str | None = None
    group: str | None = None
    project: str | None = None
    channel_strategy: str | None = None


@router.post("/jobs")
async def run(request: Request, caller: Caller, here: Here) -> Response:
    """Queue a job; the answer names the backend, also where none was asked for."""
    job, _ = await native.submitted(request, caller, here, read=read_submission)
    return json_response(job_document(job))


def read_submission(body: bytes) -> native.Submission:
    """Read a submission without rebuilding its inputs.

    Raises:
        HttpRefusal: 400 with all that is wrong, or 413.
    """
    check_values(body)
    try:
        asked = members(body.decode())
    except ValueError as err:
        raise _unreadable("body", f"is no JSON object: {err}") from None
    inputs = asked.pop("params", "null")
    rest = object_of((name, text) for name, text in asked.items() if text != "null")
    _check_placement(rest)
    submission = native.read_submission(rest.encode())
    if submission.inputs is None and inputs != "null":
        submission = submission.model_copy(update={"inputs": sent_inputs(inputs)})
    return submission


def sent_inputs(text: str) -> str:
    """Return the inputs without what leaked out of a namespace of inputs.

    A namespace brings its private attributes along, and a null for each optional
    input that was not set. Without these attributes a null was meant.

    >>> sent_inputs('{"a": 1.0, "b": null, "_ParameterNamespace__metadata": {}}')
    '{"a": 1.0}'
    >>> sent_inputs('{"b":null}')
    '{"b":null}'
    """
    try:
        found = members(text)
    except ValueError:
        raise _unreadable("params", "must be a JSON object") from None
    if not any(name.startswith(_LEAKED) for name in found):
        return text
    return object_of(
        (name, value)
        for name, value in found.items()
        if value != "null" and not name.startswith(_LEAKED)
    )


def _check_placement(rest: str) -> None:
    try:
        placement = Placement.model_validate_json(rest)
    except ValueError:
        raise _unreadable("hub, group, project", "must be texts") from None
    names: list[Any] = [placement.hub, placement.group, placement.project]
    if any(names):
        check_instance("/".join(str(name) for name in names))
    check_strategy(placement.channel_strategy)


def _unreadable(path: str, message: str) -> HttpRefusal:
    return HttpRefusal(
        400,
        "bad_request",
        f"The job can not be submitted: {path} {message}.",
        problems=[Problem(path=path, message=message)],
    )
