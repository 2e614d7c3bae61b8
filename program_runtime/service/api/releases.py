"""Releases: published, listed, labelled, given back to their owner."""

# ruff: noqa: TC001, TC002 - annotations are evaluated at run time
from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from program_runtime.errors import Problem
from program_runtime.service.api.access import (
    own_program,
    release_of,
    visible_program,
)
from program_runtime.service.api.documents import (
    json_response,
    program_document,
    release_document,
)
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.api.json_bodies import BoundedRoute
from program_runtime.service.auth import GUARDED, Caller
from program_runtime.service.context import Context, Here
from program_runtime.service.domain import BUILTIN_OWNER, Release, User, Visibility
from program_runtime.service.intake import Inspection, inspect
from program_runtime.service.transfer import Upload, blob_pieces, receive

if TYPE_CHECKING:
    from collections.abc import Sequence

router = APIRouter(
    prefix="/api/v1/programs/{program_id}",
    dependencies=GUARDED,
    tags=["releases"],
    route_class=BoundedRoute,
)

LABEL_PATTERN = r"^[a-z][a-z0-9_-]{0,62}$"
Label = Annotated[str, Path(pattern=LABEL_PATTERN)]
Labels = Annotated[list[Annotated[str, Query(pattern=LABEL_PATTERN)]], Query()]
BUNDLE_BODY = {
    "requestBody": {
        "required": True,
        "description": "The bundle, as `qrt build` makes it.",
        "content": {
            "application/zip": {"schema": {"type": "string", "format": "binary"}}
        },
    }
}


class LabelTarget(BaseModel):
    """The version that a label is to point at."""

    version: str


@router.get("/releases")
async def releases(program_id: str, caller: Caller, here: Here) -> Response:
    """List all releases of a program, the highest version first."""
    await visible_program(here, caller, program_id)
    found = await here.store.programs.releases(program_id)
    return json_response({"releases": [release_document(each) for each in found]})


@router.get("/releases/{ref}")
async def release(program_id: str, ref: str, caller: Caller, here: Here) -> Response:
    """Return the release under a version or a label."""
    program = await visible_program(here, caller, program_id)
    return json_response(release_document(await release_of(here, program, ref)))


@router.get("/releases/{ref}/bundle", response_class=StreamingResponse)
async def bundle(program_id: str, ref: str, caller: Caller, here: Here) -> Response:
    """Return the archive; public means metadata and running, never the source."""
    program = await own_program(here, caller, program_id)
    found = await release_of(here, program, ref)
    source = await asyncio.to_thread(here.blobs.open, found.digest)
    return StreamingResponse(
        blob_pieces(source),
        media_type="application/zip",
        headers={"Content-Length": str(found.size), "X-Bundle-Digest": found.digest},
    )


@router.put(
    "/releases/{ref}",
    status_code=201,
    openapi_extra=BUNDLE_BODY,
    responses={200: {"description": "The service had these bytes already."}},
)
async def publish(
    *,
    program_id: str,
    ref: str,
    request: Request,
    caller: Caller,
    here: Here,
    label: Labels = [],  # noqa: B006 - FastAPI copies it
    visibility: Visibility | None = None,
    hold: Annotated[
        bool,
        Query(description="Leave `latest` where it is; not for the first release."),
    ] = False,
    x_bundle_digest: Annotated[str | None, Header()] = None,
) -> Response:
    """Publish a bundle as the version of the path; repeating it is no error."""
    limit = here.settings.bundle_bytes
    with await receive(request, here.spool_dir, limit=limit) as upload:
        _check_digest(upload, x_bundle_digest)
        stored, created = await published(
            here,
            caller,
            program_id,
            ref,
            upload,
            visibility=visibility,
            labels=label,
            hold=hold,
        )
    return json_response(release_document(stored), status=201 if created else 200)


async def published(
    here: Context,
    caller: User,
    program_id: str,
    version: str,
    upload: Upload,
    *,
    visibility: Visibility | None = None,
    labels: Sequence[str] = (),
    hold: bool = False,
) -> tuple[Release, bool]:
    """Look into a bundle and publish it.

    Args:
        here: The service.
        caller: Who publishes.
        program_id: What it must call itself.
        version: What it must say that it is.
        upload: The bundle.
        visibility: None leaves it as it is.
        labels: What is to point at it.
        hold: Leave ``latest`` where it is.

    Returns:
        The release, and False if it was there already.

    Raises:
        HttpRefusal: It is not what it is published as, or the place is taken, or its
            environment is not ready yet.
        BadBundleError: It can not be used, or not be imported.
        BadRequirementsError: What it requires can not be installed.
    """
    async with here.inspections:
        found = await inspect(upload.path, timeout_s=here.settings.inspection_s)
    _check_path(program_id, version, found)
    await _check_free(here, caller, found, upload)
    if await here.store.programs.release_by_digest(upload.digest) is None:
        await here.trial.run(upload.path)
    await asyncio.to_thread(here.blobs.put_file, upload.path, upload.digest)
    stored, created = await here.store.programs.publish(
        _release(found, upload, caller),
        owner=await _owner(here, caller, program_id),
        description=found.description,
        visibility=visibility,
        labels=labels,
        hold=hold,
    )
    here.programs.forget(program_id)
    if created:
        here.metrics.releases_published.inc()
    return stored, created


@router.put("/labels/{label}")
async def set_label(
    program_id: str, label: Label, target: LabelTarget, caller: Caller, here: Here
) -> Response:
    """Point a label at a version; with ``latest`` this is a rollback."""
    program = await own_program(here, caller, program_id)
    await release_of(here, program, target.version)
    changed = await here.store.programs.set_label(program_id, label, target.version)
    here.programs.forget(program_id)
    return json_response(program_document(changed))


def _release(found: Inspection, upload: Upload, caller: User) -> Release:
    return Release(
        program_id=found.name,
        version=found.version,
        digest=upload.digest,
        size=upload.size,
        metadata=found.metadata,
        created=datetime.now(UTC),
        published_by=caller.name,
    )


async def _owner(here: Context, caller: User, program_id: str) -> str:
    """The caller, or the owner whose program an admin publishes to.

    Not even an admin publishes to a built-in program.
    """
    program = await here.store.programs.get(program_id)
    if program is None or program.owner == BUILTIN_OWNER:
        return caller.name
    return program.owner if caller.role.value == "admin" else caller.name


async def _check_free(
    here: Context, caller: User, found: Inspection, upload: Upload
) -> None:
    """Refuse what the store would refuse, before the bytes move to the blobs."""
    program = await here.store.programs.get(found.name)
    if program is None:
        return
    if program.owner != await _owner(here, caller, found.name):
        raise HttpRefusal(
            409,
            "name_taken",
            f"The name {found.name!r} belongs to another owner.",
            hint="Choose another name in program.json.",
        )
    release = await here.store.programs.release(found.name, found.version)
    if (
        release is not None
        and release.version == found.version
        and release.digest != upload.digest
    ):
        raise HttpRefusal(
            409,
            "version_exists",
            f"{found.name} {found.version} is published with other bytes.",
            hint="A release never changes: raise the version in program.json.",
        )


def _check_digest(upload: Upload, declared: str | None) -> None:
    if declared is not None and declared != upload.digest:
        raise HttpRefusal(
            400,
            "bad_digest",
            f"The body has the digest {upload.digest}, the header says {declared}.",
            hint="The upload was damaged on its way: send it again.",
        )


def _check_path(program_id: str, version: str, found: Inspection) -> None:
    problems = [
        Problem(
            path=f"program.json $.{key}",
            message=f"is {inside!r}, but is published as {outside!r}",
            hint="Both must be the same.",
        )
        for key, inside, outside in (
            ("name", found.name, program_id),
            ("version", found.version, version),
        )
        if inside != outside
    ]
    if problems:
        raise HttpRefusal(
            400, "bad_bundle", "The bundle is not what it is published as.",
            problems=problems,
        )  # fmt: skip
