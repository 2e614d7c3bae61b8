"""The inputs of a job on their way in: text, or a blob if they are large."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from program_runtime.errors import Problem
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.domain import Inputs
from program_runtime.service.transfer import spool_text

if TYPE_CHECKING:
    from program_runtime.service.api.submissions import Submission
    from program_runtime.service.context import Context
    from program_runtime.service.domain import User

__all__ = ["stored_inputs", "unreadable"]


def unreadable(problems: list[Problem]) -> HttpRefusal:
    """Return the refusal for a submission with something wrong in it."""
    return HttpRefusal(
        400, "bad_request", "The job can not be submitted.", problems=problems
    )


async def stored_inputs(here: Context, caller: User, asked: Submission) -> Inputs:
    """Return the inputs of a job; large ones are stored by then.

    Raises:
        HttpRefusal: They are no text, too large, or a blob that is not there.
    """
    if asked.inputs_digest is not None:
        digest = asked.inputs_digest
        if not await asyncio.to_thread(here.uploads.has, caller.name, digest):
            raise HttpRefusal(
                404,
                "blob_not_found",
                f"There is no blob {digest!r} of yours.",
                hint="PUT it to /api/v1/blobs/{digest} first.",
            )
        return Inputs(digest=digest)
    if asked.params is not None:
        text = await asyncio.to_thread(json.dumps, asked.params)
    else:
        text = asked.inputs if asked.inputs is not None else "{}"
    if len(text) <= here.settings.inline_bytes and _encodable(text):
        return Inputs(text=text)
    return Inputs(digest=await asyncio.to_thread(_store, here, text))


def _encodable(text: str) -> bool:
    if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
        problem = Problem(path="inputs", message="is not valid Unicode text")
        raise unreadable([problem])
    return True


def _store(here: Context, text: str) -> str:
    _encodable(text)
    with spool_text(text, here.spool_dir) as upload:
        if upload.size > here.settings.inputs_bytes:
            raise HttpRefusal(
                413,
                "too_large",
                f"The inputs are larger than {here.settings.inputs_bytes:,} bytes.",
            )
        here.blobs.put_file(upload.path, upload.digest)
        return upload.digest
