"""What every answer says beside what it answers.

To a browser: take nothing of this for a page of ours. To a client: the versions that
are spoken here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from program_runtime.codec import wire

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["GUARDS", "GuardedAnswers"]

GUARDS: Final = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
"""Answers hold what strangers wrote, and what is for one reader alone."""
_SPOKEN: Final = {wire.HEADER.lower(): wire.own().to_header()}
_RAW: Final = tuple(
    (name.encode(), value.encode()) for name, value in (GUARDS | _SPOKEN).items()
)
_STARTS: Final = ("http.response.start", "websocket.http.response.start")


class GuardedAnswers:
    """Adds the headers that an answer does not have itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""

        async def guarded(message: Message) -> None:
            if message["type"] in _STARTS:
                headers = [*message.get("headers", ())]
                given = {name.lower() for name, _ in headers}
                headers += [guard for guard in _RAW if guard[0] not in given]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, guarded)
