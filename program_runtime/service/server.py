"""One server process: from the settings to the ready line, and down again."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from program_runtime.errors import ServiceStartError
from program_runtime.service import data_lock, owner
from program_runtime.service.activity import Activity
from program_runtime.service.app import create_app
from program_runtime.service.connections import (
    connection_limit,
    limited,
    raise_limit,
)
from program_runtime.service.deadline import Deadline
from program_runtime.service.http_server import Server
from program_runtime.service.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastapi import FastAPI

    from program_runtime.service.context import Context
    from program_runtime.service.settings import Settings

STATE_NAME = "service.json"
_CLOSE_CONNECTIONS_S = 2
_BACKLOG = 2048
_SWITCH_S = 0.0005
"""The event loop shares the interpreter with the store's threads, in short turns:
with Python's own 5 ms each wait for a database answer could cost so much more."""
_FRAME_BYTES = 64 * 1024
"""The largest message that a websocket client may send: none is asked for."""


def announce_on_stdout(line: str) -> None:
    """Write the ready line where whoever started the process waits for it."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def serve(
    settings: Settings, *, announce: Callable[[str], None] = announce_on_stdout
) -> None:
    """Run the service until SIGTERM, SIGINT, or until it was idle for long enough.

    Args:
        settings: All of it.
        announce: Gets one line when the service is ready.

    Raises:
        ServiceStartError: The address may not or can not be used, or another
            service uses the data directory.
        StorageError: The database can not be opened.
    """
    _check_address(settings)
    sys.setswitchinterval(_SWITCH_S)
    _make_data_dir(settings.data_dir)
    with data_lock.hold(settings.data_dir), _bind(settings) as listener:
        app = create_app(settings)
        activity = Activity(app)
        config = _config(settings, activity)
        with (
            Deadline() as deadline,
            asyncio.Runner(loop_factory=config.get_loop_factory()) as runner,
        ):
            runner.run(_run(app, activity, config, listener, announce, deadline))


async def _run(
    app: FastAPI,
    activity: Activity,
    config: uvicorn.Config,
    listener: socket.socket,
    announce: Callable[[str], None],
    deadline: Deadline,
) -> None:
    context: Context = app.state.context
    settings = context.settings
    state = settings.data_dir / STATE_NAME
    server = Server(config, context, deadline)
    with server.capture_signals():
        async with app.router.lifespan_context(app):
            first = await owner.ensure_owner(context.store, settings.data_dir)
            url = _url(settings, listener)

            def ready() -> None:
                owner.save_profile(settings, url, first_start=first)
                owner.write_private(state, _state(url))
                announce(_ready_line(url, context))

            server.on_ready = ready
            idle = asyncio.create_task(_exit_when_idle(server, context, activity))
            try:
                await server.serve(sockets=[listener])
            finally:
                idle.cancel()
                state.unlink(missing_ok=True)


async def _exit_when_idle(
    server: Server, context: Context, activity: Activity
) -> None:
    limit_s = context.settings.idle_exit_s
    if limit_s is None:
        return
    while True:
        left_s = limit_s - min(activity.idle_s, context.scheduler.idle_s)
        if left_s <= 0:
            server.should_exit = True
            return
        await asyncio.sleep(left_s)


def _config(settings: Settings, app: Activity) -> uvicorn.Config:
    limit = connection_limit(raise_limit(), workers=settings.workers)
    return uvicorn.Config(
        app,
        http=limited(HttpToolsProtocol, limit),  # type: ignore[arg-type] # makes them
        lifespan="off",  # it is entered before, where what it raises can be told
        ws="websockets-sansio",
        ws_max_size=_FRAME_BYTES,
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_CLOSE_CONNECTIONS_S,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )


def _check_address(settings: Settings) -> None:
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise ServiceStartError(
            "A certificate needs its key, and a key its certificate.",
            hint="Give both --tls-cert and --tls-key.",
        )
    if not settings.is_loopback() and settings.tls_cert is None:
        raise ServiceStartError(
            f"Plain http on {settings.host} would send tokens and inputs unprotected.",
            hint="Give --tls-cert and --tls-key, or listen on 127.0.0.1.",
        )


def _make_data_dir(data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as err:
        raise ServiceStartError(
            f"The data directory {data_dir} can not be made: {err.strerror}.",
            hint="Choose another one with --data-dir.",
        ) from err


def _bind(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server(
            (settings.host, settings.port), family=family, backlog=_BACKLOG
        )
    except OSError as err:
        raise ServiceStartError(
            f"The service can not listen on {settings.host}:{settings.port}: "
            f"{os.strerror(err.errno or 0)}.",
            hint="Choose another port with --port; 0 takes a free one.",
        ) from err
    listener.setblocking(False)
    return listener


def _url(settings: Settings, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{settings.scheme()}://{host}:{port}"


def _state(url: str) -> str:
    state = {"url": url, "pid": os.getpid(), "version": versions()["version"]}
    return json.dumps(state)


def _ready_line(url: str, context: Context) -> str:
    return (
        f"qrt service ready at {url} (isolation {context.executor.level}, "
        f"data {context.settings.data_dir})"
    )
