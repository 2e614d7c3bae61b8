"""The native interface, ``/api/v1``: one module a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter

__all__ = ["routers"]


def routers() -> list[APIRouter]:
    """Return the routers of all resources."""
    from program_runtime.service.api import (  # noqa: PLC0415 - errors is imported
        backends,  # by modules that these import in turn
        blobs,
        environments,
        events,
        jobs,
        outputs,
        programs,
        releases,
        retired,
        sessions,
        submissions,
        system,
        users,
    )
    from program_runtime.service.api.current import (  # noqa: PLC0415 - as above
        discovery,
        identity,
    )

    # Routes are tried in this order: first those that are asked for most.
    modules = (
        submissions,
        outputs,
        events,
        jobs,
        sessions,
        programs,
        releases,
        environments,
        blobs,
        backends,
        users,
        system,
        identity,
        discovery,
    )
    return [module.router for module in modules] + retired.routers()
