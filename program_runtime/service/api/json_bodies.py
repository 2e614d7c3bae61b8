"""JSON that strangers send: bounded before it is parsed.

A parsed value takes up to thirty times the memory of its text, so that a body of
allowed size could still fill the machine.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from fastapi.routing import APIRoute
from starlette.requests import Request

from program_runtime.errors import Problem
from program_runtime.metadata import bounds, json_text
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.auth import authorize
from program_runtime.service.transfer import read_body

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from starlette.responses import Response
    from starlette.types import Message

__all__ = ["DOCUMENT_BYTES", "BoundedRoute", "check_values", "is_json"]

DOCUMENT_BYTES = 64 * 1024
"""The largest body of a route that takes a document; only inputs are larger."""
_DEPTH, _NODES = 20, 10_000
VALUES = 1_000_000
"""The most that is parsed of a submission."""
_QUICK_BYTES = 256 * 1024
_large_ones = threading.Lock()


class BoundedRoute(APIRoute):
    """A route that judges the caller and the size of a body before it parses it."""

    def get_route_handler(
        self,
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()
        if self.body_field is None:
            return answer

        async def bounded(request: Request) -> Response:
            await authorize(request)
            body = await read_body(request, limit=DOCUMENT_BYTES)
            _check_document(body)
            return await answer(Request(request.scope, _replay(body)))

        return bounded


def check_values(body: bytes) -> None:
    """Refuse JSON that holds too many values, before they take their memory.

    Raises:
        HttpRefusal: 413.
    """
    if _holds_too_much(body):
        raise HttpRefusal(
            413,
            "too_large",
            f"The request holds more than {VALUES:,} JSON values.",
            hint="Send the inputs as JSON text in a string: it is not parsed here.",
        )


def is_json(text: str) -> bool:
    """Whether a text is JSON that can be parsed here; large ones one at a time."""
    try:
        if len(text) <= _QUICK_BYTES:
            json.loads(text)
        else:
            with _large_ones:
                json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _check_document(body: bytes) -> None:
    try:
        value = json_text.load(body)
    except json_text.NotJsonError as err:
        problems = [Problem(path="body", message=f"is not JSON: {err}")]
    else:
        problems = bounds.exceeded(value, depth=_DEPTH, nodes=_NODES, path="body")
    if problems:
        raise HttpRefusal(
            400, "bad_request", "The request can not be read.", problems=problems
        )


def _holds_too_much(body: bytes) -> bool:
    if _separators(body) <= VALUES:
        return False
    # What stands in strings does not count. Each step is one pass in C: a loop over
    # megabytes would stop everybody else.
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if bare.count(b'"') > 4 * VALUES:
        return True
    return _separators(b"".join(bare.split(b'"')[::2])) > VALUES


def _separators(text: bytes) -> int:
    """Return at least the number of values: each has a comma or a bracket before it."""
    return text.count(b",") + text.count(b"[") + text.count(b"{")


def _replay(body: bytes) -> Callable[[], Coroutine[Any, Any, Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
