"""The service: stores published programs, runs them, streams what they say.

The names resolve on first use, so that importing this package costs nothing:
FastAPI, SQLAlchemy and pydantic are parts of the extra ``service``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from program_runtime.service.app import create_app
    from program_runtime.service.server import serve
    from program_runtime.service.settings import Settings

__all__ = ["Settings", "create_app", "serve"]

_HOMES = {
    "Settings": "program_runtime.service.settings",
    "create_app": "program_runtime.service.app",
    "serve": "program_runtime.service.server",
}


def __getattr__(name: str) -> Any:
    """Import the module that defines the name."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
