"""Jobs on their way in. Inputs are passed on as text, never decoded."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from program_runtime.errors import Problem
from program_runtime.service.api.access import release_of, visible_program
from program_runtime.service.api.backends import check_calibration
from program_runtime.service.api.documents import job_document, json_response
from program_runtime.service.api.json_bodies import check_values
from program_runtime.service.api.sessions import new_session
from program_runtime.service.api.submitted_inputs import stored_inputs, unreadable
from program_runtime.service.auth import GUARDED, Caller
from program_runtime.service.context import Context, Here
from program_runtime.service.domain import Job, NewJob, User, parse_reference
from program_runtime.service.transfer import read_body, receive
from program_runtime.service.versions import images

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

router = APIRouter(prefix="/api/v1/jobs", dependencies=GUARDED, tags=["jobs"])

_DEFAULT_BACKEND = "aer_simulator"
_MARGIN_BYTES = 1024 * 1024
"""What a body may hold beside the inputs."""
_IN_MEMORY_BYTES = 1024 * 1024
_SEEDS = 2**31
"""What every simulator takes."""
_QUICK_BYTES = 256 * 1024
"""A larger body is read in a thread, so that it stops nobody else."""


class Submission(BaseModel):
    """A job that is asked for; ``params`` is how official clients send inputs."""

    model_config = ConfigDict(extra="ignore")

    program_id: str = Field(max_length=200)
    """``vqe``, ``vqe@1.2.0`` or ``vqe:stable``."""
    inputs: str | None = None
    """The encoded inputs: JSON text, as a string."""
    inputs_digest: str | None = Field(default=None, max_length=100)
    """In place of ``inputs``: a blob that was put before."""
    params: dict[str, Any] | None = None
    """In place of ``inputs``: the encoded inputs as a JSON object."""
    backend: str | None = Field(default=None, max_length=200)
    """If absent, that of the session, and ``aer_simulator`` if it has none."""
    shots: int | None = Field(default=None, ge=1, le=2**31 - 1)
    seed: int | None = Field(default=None, ge=0, le=2**63 - 1)
    qpy: int | None = Field(default=None, ge=1, le=1000)
    """The newest QPY format that the caller reads, if it is older than ours."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] | None = None
    tags: list[Annotated[str, Field(max_length=200)]] = Field(
        default_factory=list,
        max_length=100,
        validation_alias=AliasChoices("tags", "job_tags"),
    )
    max_execution_time: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        validation_alias=AliasChoices("max_execution_time", "cost"),
    )
    """In seconds; the program's and the service's own limits hold as well."""
    session_id: str | None = Field(default=None, max_length=200)
    """An open session of the caller."""
    start_session: bool = False
    """Open a session whose id is that of this job."""
    session_time: int | None = Field(default=None, ge=1)
    """In seconds: how long the session that is opened may last."""
    runtime: str | None = Field(
        default=None, validation_alias=AliasChoices("runtime", "image")
    )
    private: bool = False
    calibration_id: str | None = Field(default=None, max_length=200)

    def options(self) -> dict[str, Any]:
        """Return what the job's record keeps of the caller's choices."""
        chosen = {
            "log_level": self.log_level,
            "shots": self.shots,
            "seed": self.seed,
            "max_execution_time": self.max_execution_time,
            "session_time": self.session_time,
            "image": self.runtime or None,
            "qpy": self.qpy,
        }
        return {name: value for name, value in chosen.items() if value is not None}


_SUBMISSION_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": Submission.model_json_schema(by_alias=True)}
        },
    }
}


@router.post(
    "",
    status_code=201,
    openapi_extra=_SUBMISSION_BODY,
    responses={200: {"description": "The job of an earlier request with this key."}},
)
async def submit(
    request: Request,
    caller: Caller,
    here: Here,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Queue a job; with the same ``Idempotency-Key`` again it is the same job."""
    job, created = await submitted(request, caller, here, key=idempotency_key)
    return json_response(job_document(job), status=201 if created else 200)


async def submitted(
    request: Request,
    caller: User,
    here: Context,
    *,
    read: Callable[[bytes], Submission] | None = None,
    key: str | None = None,
) -> tuple[Job, bool]:
    """Queue the job that a request's body asks for.

    Args:
        request: The request; of its body only so much is taken as inputs may have.
        caller: Who asks.
        here: The service.
        read: Reads the body; ``read_submission`` if there is none.
        key: The job of an earlier request with the same one is the answer.

    Returns:
        The job, and False if it is that of an earlier request.

    Raises:
        HttpRefusal: What was asked for can not be done.
    """
    limit = here.settings.inputs_bytes + _MARGIN_BYTES
    read = read or read_submission
    if _is_small(request):
        body = await read_body(request, limit=limit)
        return await _submit(here, caller, body, read, key)
    # Many that are sent at once, or slowly, take no memory while they are sent.
    with await receive(request, here.spool_dir, limit=limit) as upload:
        async with here.large_bodies:
            body = await asyncio.to_thread(upload.path.read_bytes)
            return await _submit(here, caller, body, read, key)


def _is_small(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length) <= _IN_MEMORY_BYTES


async def _submit(
    here: Context,
    caller: User,
    body: bytes,
    read: Callable[[bytes], Submission],
    key: str | None,
) -> tuple[Job, bool]:
    if len(body) > _QUICK_BYTES:
        asked = await asyncio.to_thread(read, body)
    else:
        asked = read(body)
    new = await _new_job(here, caller, asked)
    return await _queue(here, new, key)


async def _queue(here: Context, new: NewJob, key: str | None) -> tuple[Job, bool]:
    """Store the job; it may be final before the store's answer is here."""
    here.specs.expect(new.id, new.inputs)
    here.hub.expect(new.id, new.user)
    created = False
    try:
        job, created = await here.scheduler.submit(new, idempotency_key=key)
    finally:
        if not created:
            here.hub.forget(new.id)
    if created:
        here.metrics.jobs_submitted.inc()
        if new.opens is not None:
            here.sessions.look()
    return job, created


def read_submission(body: bytes) -> Submission:
    """Read a submission as it is sent to ``/api/v1/jobs``.

    Raises:
        HttpRefusal: 400 with all that is wrong, or 413.
    """
    check_values(body)
    try:
        asked = Submission.model_validate_json(body)
    except ValidationError as err:
        problems = [
            Problem(
                path=".".join(map(str, item["loc"])) or "body",
                message=str(item["msg"]),
            )
            for item in err.errors(include_url=False, include_input=False)
        ]
        raise unreadable(problems) from None
    given = [
        name
        for name in ("inputs", "inputs_digest", "params")
        if getattr(asked, name) is not None
    ]
    if len(given) > 1:
        message = f"{' and '.join(given)} exclude each other"
        raise unreadable([Problem(path=given[1], message=message)])
    if asked.session_id is not None and asked.start_session:
        message = "excludes session_id: a job joins a session or begins one"
        raise unreadable([Problem(path="start_session", message=message)])
    if asked.session_time is not None and not asked.start_session:
        message = "is for the job that begins a session"
        hint = "Send start_session as well, or leave it out."
        raise unreadable([Problem(path="session_time", message=message, hint=hint)])
    if asked.runtime and asked.runtime not in images():
        message = f"{asked.runtime!r} is not an environment of this service"
        hint = f"It has one, {images()[0]!r}: name that, or leave it out."
        raise unreadable([Problem(path="runtime", message=message, hint=hint)])
    if asked.private:
        message = "is not kept here: a job is its owner's, and admins see every job"
        hint = "Leave it out, and delete the job when nobody shall read it."
        raise unreadable([Problem(path="private", message=message, hint=hint)])
    check_calibration(asked.calibration_id)
    return asked


async def _new_job(here: Context, caller: User, asked: Submission) -> NewJob:
    reference = parse_reference(asked.program_id)
    program = await visible_program(here, caller, reference.program_id)
    release = await release_of(here, program, reference.ref)
    await here.backends.ready()
    backend = here.backends.resolve(asked.backend or await _backend(here, asked))
    new = NewJob(
        user=caller.name,
        program_id=program.id,
        version=release.version,
        backend=backend.name,
        inputs=await stored_inputs(here, caller, asked),
        options=with_seed(asked.options()),
        tags=tuple(asked.tags),
        session_id=asked.session_id,
        retry=bool(release.metadata.get("retry")),
    )
    return _opening(here, caller, asked, new) if asked.start_session else new


def with_seed(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Draw the seed of a job that names none, so that the job can be repeated.

    >>> with_seed({"seed": 7})
    {'seed': 7}
    """
    if "seed" in chosen:
        return dict(chosen)
    return {**chosen, "seed": secrets.randbelow(_SEEDS), "seed_drawn": True}


async def _backend(here: Context, asked: Submission) -> str:
    """Return the backend of a job that names none."""
    session = None
    if asked.session_id is not None:
        session = await here.store.sessions.get(asked.session_id)
    return (session.backend if session is not None else None) or _DEFAULT_BACKEND


def _opening(here: Context, caller: User, asked: Submission, new: NewJob) -> NewJob:
    """Have a job begin a session of its own id, and of its backend."""
    opened = new_session(
        here,
        caller,
        id=new.id,
        backend=new.backend,
        max_ttl=asked.session_time,
        path="session_time",
    )
    return replace(new, opens=opened)
