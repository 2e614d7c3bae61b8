"""The bundle of a project: which files, and a reproducible archive of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.bundle.build import build_bundle, bundle_name
    from toolkit.bundle.collection import (
        DEFAULT_IGNORES,
        IGNORE_FILE,
        Collection,
        collect,
        collect_files,
    )
    from toolkit.bundle.lock import LOCK_NAME, ProjectLock, prepare_lock

__all__ = [
    "DEFAULT_IGNORES",
    "IGNORE_FILE",
    "LOCK_NAME",
    "Collection",
    "ProjectLock",
    "build_bundle",
    "bundle_name",
    "collect",
    "collect_files",
    "prepare_lock",
]

_HOMES = {
    "DEFAULT_IGNORES": "collection",
    "IGNORE_FILE": "collection",
    "LOCK_NAME": "lock",
    "Collection": "collection",
    "ProjectLock": "lock",
    "build_bundle": "build",
    "bundle_name": "build",
    "collect": "collection",
    "collect_files": "collection",
    "prepare_lock": "lock",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
