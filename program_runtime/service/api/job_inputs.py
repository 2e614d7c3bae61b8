"""A job together with its inputs, which stay the text that was sent."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from program_runtime.service.api.errors import not_found
from program_runtime.service.api.json_bodies import is_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.service.context import Context
    from program_runtime.service.domain import Inputs

__all__ = ["job_with_inputs"]


async def job_with_inputs(
    here: Context, job_id: str, document: Mapping[str, Any]
) -> Response:
    """Return the document of a job with its inputs under ``params``.

    Raises:
        HttpRefusal: 404: it was deleted meanwhile.
    """
    inputs = await here.store.jobs.inputs(job_id)
    if inputs is None:
        raise not_found("job", job_id)
    head = json.dumps(document)[:-1]
    if inputs.text is not None:
        params = _as_json(inputs.text)
    else:
        async with here.large_bodies:
            params = await asyncio.to_thread(_from_blob, here, inputs)
    return Response(f'{head}, "params": {params}}}', media_type="application/json")


def _from_blob(here: Context, inputs: Inputs) -> str:
    with here.blobs.open(str(inputs.digest)) as source:
        return _as_json(source.read().decode(errors="replace"))


def _as_json(text: str) -> str:
    """What is no JSON becomes a string: it must not end the object around it."""
    return text if is_json(text) else json.dumps(text)
