"""Connections: no more than leave room for jobs, and none whose peer is gone."""

from __future__ import annotations

import asyncio
import resource
import socket
from typing import TYPE_CHECKING, Any

from program_runtime.service.api.errors import HttpRefusal, error_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from uvicorn.server import ServerState

__all__ = ["connection_limit", "limited", "notice_vanished", "raise_limit"]

_WANTED_DESCRIPTORS = 65_536
_OWN_DESCRIPTORS = 100
"""For the database, the zygote, uploads, and files that are open for a moment."""
_DESCRIPTORS_A_JOB = 12
_DESCRIPTORS_A_CONNECTION = 2
"""Itself, and the file that it may be sent."""

STALLED_S = 60
"""How long a peer may take nothing of what it is sent, or not answer at all."""
_PROBE_AFTER_S, _PROBE_EVERY_S, _PROBES = 30, 10, 3


def raise_limit() -> int:
    """Let this process open as many files as its hard limit allows.

    Returns:
        How many that are; for its programs there is a limit of their own.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else hard
    wanted = min(most, _WANTED_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return _WANTED_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def connection_limit(descriptors: int, *, workers: int) -> int:
    """Return how many connections leave enough descriptors for everything else.

    >>> connection_limit(1024, workers=4)
    438
    """
    reserved = _OWN_DESCRIPTORS + _DESCRIPTORS_A_JOB * workers
    left = max(descriptors - reserved, descriptors // 4)
    return max(1, left // _DESCRIPTORS_A_CONNECTION)


def limited(
    protocol: Callable[..., asyncio.Protocol], limit: int
) -> Callable[..., asyncio.Protocol]:
    """Return what makes protocols for a server that has so many connections at most.

    Args:
        protocol: What the server makes for a connection otherwise.
        limit: Connections beyond are refused.
    """

    def make(*, server_state: ServerState, **more: Any) -> asyncio.Protocol:
        if len(server_state.connections) >= limit:
            return _Refusal()
        return protocol(server_state=server_state, **more)

    return make


class _Refusal(asyncio.Protocol):
    """Says that there is no room, whatever it is asked."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as for any stream
        transport.write(_refusal())
        transport.close()


def notice_vanished(listeners: Iterable[socket.socket]) -> None:
    """Have the system end connections whose peer is gone or reads no more.

    What is still to be sent would else be held for a quarter of an hour, or, for a
    peer that is there but never reads, for ever.

    Args:
        listeners: What they accept inherits the options.
    """
    options = {
        "TCP_KEEPIDLE": _PROBE_AFTER_S,
        "TCP_KEEPINTVL": _PROBE_EVERY_S,
        "TCP_KEEPCNT": _PROBES,
        "TCP_USER_TIMEOUT": STALLED_S * 1000,
    }
    for listener in listeners:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in options.items():
            if hasattr(socket, name):  # macOS has not all of them
                listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _refusal() -> bytes:
    """Return a whole answer: no request is read for it."""
    answer = error_response(
        HttpRefusal(
            503,
            "too_many_connections",
            "The service has as many connections as it can have.",
            hint="Close some, or try again.",
            headers={"Retry-After": "5", "Connection": "close"},
        )
    )
    head = [b"HTTP/1.1 503 Service Unavailable"]
    head += [b": ".join(header) for header in answer.raw_headers]
    return b"\r\n".join([*head, b"", bytes(answer.body)])
