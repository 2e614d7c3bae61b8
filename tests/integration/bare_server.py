"""Uvicorn with next to nothing behind it, in a thread."""

import asyncio
import socket
import threading
from contextlib import contextmanager

import uvicorn

HELD_S = 1.0
"""For how long ``/late`` and a websocket say nothing."""


async def app(scope, receive, send):
    """Say how long the body was; ``/late`` takes its time."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await asyncio.sleep(HELD_S)
        await send({"type": "websocket.send", "text": "hello"})
        return
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    if scope["path"] == "/late":
        await asyncio.sleep(HELD_S)
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serving(protocol):
    config = uvicorn.Config(
        app, http=protocol, ws="websockets-sansio", lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextmanager(lambda: iter([None]))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join()
