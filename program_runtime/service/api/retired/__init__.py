"""What retired official clients ask for: other shapes, the same functions and rules.

Their addresses begin with ``/``, ``/experimental`` or ``/experimental.cloud``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter

__all__ = ["routers"]


def routers() -> list[APIRouter]:
    """Return the routers of all resources."""
    from program_runtime.service.api.retired import (  # noqa: PLC0415 - it needs the
        backends,  # native interface, which may be on its way
        bootstrap,
        devices,
        jobs,
        programs,
        publishing,
        results,
        sessions,
        stream,
        submissions,
    )

    modules = (
        submissions,
        results,
        stream,
        jobs,
        sessions,
        programs,
        publishing,
        backends,
        devices,
        bootstrap,
    )
    return [module.router for module in modules]
