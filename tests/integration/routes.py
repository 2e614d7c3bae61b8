"""Every way into the service, as the application itself knows them."""

from starlette.testclient import WebSocketDenialResponse

MODEL = {
    "/users": {"name": "dora", "role": "user"},
    "/programs/{program_id}": {"visibility": "public"},
    "/programs/{program_id}/labels/{label}": {"version": "1.0.0"},
    "/jobs/{job_id}/tags": {"tags": ["new"]},
    "/jobs": {"program_id": "{program_id}"},
    "/sessions": {"mode": "batch"},
    "/sessions/{session_id}": {"accepting_jobs": True},
}
"""A body for each route that takes a document."""


def routes_of(app):
    """All routes that the app serves, as (method, path)."""

    def walk(routes):
        for route in routes:
            if hasattr(route, "original_router"):
                yield from walk(route.original_router.routes)
            elif getattr(route, "methods", None):
                yield from ((method, route.path) for method in route.methods)
            else:
                yield "WS", route.path

    return {(method, path) for method, path in walk(app.routes) if method != "HEAD"}


def fill(path, **places):
    """Put names into the places of a path."""
    for place, value in places.items():
        path = path.replace(f"{{{place}}}", value)
    assert "{" not in path, path
    return path


def ask(account, method, path, **options):
    """Send one request to any route; a websocket that is refused answers as HTTP.

    Returns:
        The answer; None where a websocket was let in.
    """
    if method != "WS":
        return account.client.request(
            method, path, headers={**account.headers}, **options
        )
    try:
        with account.client.websocket_connect(path, headers=account.headers):
            return None
    except WebSocketDenialResponse as denied:
        return denied


def body_for(path, **places):
    """Return what a request to a route has to carry."""
    body = MODEL.get(path.removeprefix("/api/v1"))
    if body is None:
        return {}
    return {
        "json": {
            key: fill(value, **places) if isinstance(value, str) else value
            for key, value in body.items()
        }
    }
