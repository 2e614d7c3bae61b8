"""One path for what official clients ask for under several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["ALIASES", "CanonicalPaths", "canonical"]

ALIASES: Final = (
    ("/experimental/api/v1", "/api/v1"),
    ("/experimental.cloud", ""),
    ("/experimental", ""),
)
"""Prefix to the prefix that it stands for, the longest first. Official clients rewrite
every address that does not say ``experimental``, and version 0.8 every one that does
not end in ``.cloud`` besides."""
_SLASHES: Final = re.compile("/{2,}")


def canonical(path: str) -> str:
    """Return the path that routes know.

    Official clients put addresses together by plain concatenation, so that a slash
    at the end of the configured one comes twice.

    >>> canonical("//experimental/api/v1/jobs")
    '/api/v1/jobs'
    >>> canonical("/experimental.cloud/jobs")
    '/jobs'
    """
    path = _SLASHES.sub("/", path)
    for alias, prefix in ALIASES:
        if path == alias or path.startswith(f"{alias}/"):
            return prefix + path.removeprefix(alias) or "/"
    return path


class CanonicalPaths:
    """Rewrites the path of a request before anything looks at it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under its canonical path."""
        path = scope.get("path")
        if path is not None:
            known = canonical(path)
            if known != path:
                scope = {**scope, "path": known, "raw_path": known.encode()}
        await self._app(scope, receive, send)
