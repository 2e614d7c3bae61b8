"""The environments of a service, from its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from program_runtime.environments import installed_base
from program_runtime.service.environments import Bounds, Environments, Installer, Shelf

if TYPE_CHECKING:
    from pathlib import Path

    from program_runtime.service.settings import Settings

__all__ = ["environments_folder", "environments_of"]

_UNUSED_S: Final = 30 * 24 * 3600.0


def environments_folder(settings: Settings) -> Path:
    """Return the folder for what releases require."""
    return settings.data_dir / "environments"


def environments_of(settings: Settings) -> Environments:
    """Put the parts together; nothing is looked at yet."""
    shelf = Shelf(
        environments_folder(settings).absolute(),
        most_bytes=settings.environments_bytes,
        unused_s=_UNUSED_S,
    )
    return Environments(shelf, _installer(settings), look=installed_base)


def _installer(settings: Settings) -> Installer | None:
    if not settings.environments:
        return None
    index = settings.index_url
    return Installer(
        index_url=index.get_secret_value() if index is not None else None,
        find_links=settings.find_links,
        bounds=Bounds(
            total_bytes=settings.environment_bytes, time_s=settings.environment_s
        ),
    )
