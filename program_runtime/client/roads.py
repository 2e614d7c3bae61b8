"""The two roads on which a job's events come: a websocket, and long polls.

A road yields frames, lists of raw events, from a given point of the log on; an
empty one says that it is connected. It returns at the end of the log, and raises
:class:`RoadBroken` for what may pass, or :class:`RoadImpossible` when it never leads
there.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

from program_runtime import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.sync.client import ClientConnection

    from program_runtime.client.api import ServiceApi

__all__ = ["PollRoad", "Road", "RoadBroken", "RoadImpossible", "WebsocketRoad"]

_wire_logger = logging.getLogger(f"{__name__}.wire")
_wire_logger.setLevel(logging.INFO)
"""The library's own logger would show the token's header at DEBUG."""

_FRAME_BYTES = 64 * 1024 * 1024
_OPEN_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 1.0
_PING_S = 20.0
_PONG_TIMEOUT_S = 60.0
_WAIT_S = 25.0
"""Below the minute after which proxies cut a silent connection."""
_HASTE_S = 0.2
_PAGE = 1000
_SERVER_FAILURE = 500
_ATTEMPTS = 3


class RoadBroken(Exception):  # noqa: N818 - a state of the road, never seen outside
    """The connection broke; another one may do better."""


class RoadImpossible(Exception):  # noqa: N818 - a state of the road, never seen outside
    """This road does not lead to the service."""


class Road(Protocol):
    """A way to read a job's events."""

    def frames(self, after: int) -> Iterator[list[dict[str, Any]]]:
        """Yield the events after ``after``, several at a time."""
        ...

    def close(self) -> None:
        """Make ``frames`` end soon; called from another thread."""
        ...


class WebsocketRoad:
    """Events as the service sends them, many in a frame."""

    def __init__(self, api: ServiceApi, job_id: str) -> None:
        self._api = api
        self._job_id = job_id
        self._connection: ClientConnection | None = None
        self._broken_handshakes = 0

    def frames(self, after: int) -> Iterator[list[dict[str, Any]]]:
        """Yield frames until the service closes the stream as complete."""
        from websockets import exceptions  # noqa: PLC0415 - 130 ms

        with ExitStack() as stack:
            connection = self._connect(after, stack)
            self._connection = connection
            yield []
            try:
                while True:
                    yield json.loads(connection.recv())
            except exceptions.ConnectionClosedOK as err:
                if err.rcvd is None or err.rcvd.code != 1000:  # noqa: PLR2004 - RFC 6455
                    raise RoadBroken(str(err)) from err
            except exceptions.ConnectionClosed as err:
                raise RoadBroken(str(err)) from err
            except ValueError as err:
                raise RoadImpossible(f"a frame was no JSON: {err}") from err

    def close(self) -> None:
        """Close the connection, which ends ``frames``."""
        if self._connection is not None:
            self._connection.close()

    def _connect(self, after: int, stack: ExitStack) -> ClientConnection:
        from websockets import exceptions  # noqa: PLC0415 - 130 ms
        from websockets.sync import client  # noqa: PLC0415 - 130 ms

        url = self._api.url
        address, headers = self._api.stream_target(self._job_id, after=after)
        try:
            connecting = client.connect(
                address,
                additional_headers=headers,
                ssl=self._api.transport.ssl_context(),
                compression=None,
                logger=_wire_logger,
                max_size=_FRAME_BYTES,
                open_timeout=_OPEN_TIMEOUT_S,
                close_timeout=_CLOSE_TIMEOUT_S,
                ping_interval=_PING_S,
                ping_timeout=_PONG_TIMEOUT_S,
            )
            connection = stack.enter_context(connecting)
        except exceptions.InvalidStatus as err:
            if err.response.status_code >= _SERVER_FAILURE:
                raise RoadBroken(str(err)) from err
            raise RoadImpossible(str(err)) from err
        except (OSError, exceptions.InvalidHandshake) as err:
            # Cut off in the middle, perhaps; or a network that lets only HTTP pass
            # refuses or swallows the handshake.
            self._api.transport.moved_from(url, err)
            self._broken_handshakes += 1
            if isinstance(err, TimeoutError) or self._broken_handshakes >= _ATTEMPTS:
                raise RoadImpossible(str(err)) from err
            raise RoadBroken(str(err)) from err
        self._broken_handshakes = 0
        return connection


class PollRoad:
    """Events through plain requests, for networks that let no websocket pass."""

    def __init__(self, api: ServiceApi, job_id: str) -> None:
        self._api = api
        self._job_id = job_id
        self._closed = threading.Event()

    def frames(self, after: int) -> Iterator[list[dict[str, Any]]]:
        """Yield pages; each request is answered as soon as there is an event."""
        while not self._closed.is_set():
            asked = time.monotonic()
            try:
                page = self._api.events(
                    self._job_id, after=after, limit=_PAGE, wait_s=_WAIT_S
                )
            except errors.ServiceUnreachableError as err:
                raise RoadBroken(str(err)) from err
            if page["events"]:
                after = page["events"][-1]["seq"]
            yield page["events"]
            if page["final"]:
                return
            if not page["events"] and time.monotonic() - asked < _HASTE_S:
                # A service that is shutting down holds no answer back.
                self._closed.wait(_HASTE_S)

    def close(self) -> None:
        """Make ``frames`` end after the request that is under way."""
        self._closed.set()
