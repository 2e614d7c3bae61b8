"""One server process: from the settings to the ready line, and down again."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from sqlalchemy import make_url

from program_runtime.errors import ServiceStartError
from program_runtime.service import data_lock, exposure, owner
from program_runtime.service.activity import Activity
from program_runtime.service.app import create_app
from program_runtime.service.connections import (
    connection_limit,
    limited,
    raise_limit,
)
from program_runtime.service.deadline import Deadline
from program_runtime.service.http_bounds import BoundedHttp
from program_runtime.service.http_server import Server
from program_runtime.service.private_file import write_private
from program_runtime.service.tls import Tls, open_tls
from program_runtime.service.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI
    from sqlalchemy import URL

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
_PING_S = 20.0
"""How often a websocket client is asked whether it is there, and may take to answer."""


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
    exposure.check_address(settings)
    sys.setswitchinterval(_SWITCH_S)
    _make_data_dir(settings.data_dir)
    with data_lock.hold(settings.data_dir), _bind(settings) as listener:
        tls = open_tls(settings)
        app = create_app(settings)
        activity = Activity(app)
        config = _config(settings, activity, tls)
        with (
            Deadline() as deadline,
            asyncio.Runner(loop_factory=config.get_loop_factory()) as runner,
        ):
            run = _run(
                app, activity, config, listener, announce, tls=tls, deadline=deadline
            )
            runner.run(run)


async def _run(
    app: FastAPI,
    activity: Activity,
    config: uvicorn.Config,
    listener: socket.socket,
    announce: Callable[[str], None],
    *,
    tls: Tls | None,
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
            authority = tls.authority if tls is not None else None

            def ready() -> None:
                owner.save_profile(
                    settings, url, first_start=first, authority=authority
                )
                write_private(state, _state(url, settings, authority))
                announce(_ready_line(url, context, authority))

            server.on_ready = ready
            beside = [asyncio.create_task(_exit_when_idle(server, context, activity))]
            if tls is not None:
                beside.append(asyncio.create_task(tls.keep_fresh()))
            try:
                await server.serve(sockets=[listener])
            finally:
                for task in beside:
                    task.cancel()
                with contextlib.suppress(OSError):  # it stays, as after a crash
                    state.unlink(missing_ok=True)


async def _exit_when_idle(server: Server, context: Context, activity: Activity) -> None:
    limit_s = context.settings.idle_exit_s
    if limit_s is None:
        return
    while True:
        left_s = limit_s - min(activity.idle_s, context.scheduler.idle_s)
        if left_s <= 0:
            server.should_exit = True
            return
        await asyncio.sleep(left_s)


def _config(settings: Settings, app: Activity, tls: Tls | None) -> uvicorn.Config:
    limit = connection_limit(raise_limit(), workers=settings.workers)
    config = uvicorn.Config(
        app,
        lifespan="off",  # it is entered before, where what it raises can be told
        http=limited(BoundedHttp, limit),  # type: ignore[arg-type] # makes them
        ws="websockets-sansio",
        ws_max_size=_FRAME_BYTES,
        ws_ping_interval=_PING_S,
        ws_ping_timeout=_PING_S,
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_CLOSE_CONNECTIONS_S,
    )
    config.load()
    config.ssl = tls.context if tls is not None else None
    return config


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
    host = _host(settings.host)
    return f"{settings.scheme()}://{f'[{host}]' if ':' in host else host}:{port}"


def _host(host: str) -> str:
    """Who listens everywhere is reached from here by the loopback."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"  # noqa: PLR2004


def _state(url: str, settings: Settings, authority: Path | None) -> str:
    state = {"url": url, "pid": os.getpid(), "version": versions()["version"]}
    if settings.database_url:
        state["database"] = _shown(make_url(settings.database_url))
    if authority is not None:
        state["ca"] = str(authority)
    return json.dumps(state)


def _shown(database: URL) -> str:
    """Name a database to who reads it from another folder; the password stays here."""
    if database.get_backend_name() == "sqlite":
        database = database.set(database=str(Path(str(database.database)).absolute()))
    return database.render_as_string(hide_password=True)


def _ready_line(url: str, context: Context, authority: Path | None) -> str:
    trust = f", authority {authority}" if authority is not None else ""
    return (
        f"qrt service ready at {url} (isolation {context.executor.level}, "
        f"data {context.settings.data_dir}{trust})"
    )
