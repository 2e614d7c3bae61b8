"""Publish a project: plan first, then upload what is missing and verify it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.publish.plan import PublishPlan, Verdict, plan_publish
    from toolkit.publish.service import ReleaseReader, ReleaseWriter
    from toolkit.publish.uploader import Published, publish
    from toolkit.publish.versions import next_version

__all__ = [
    "PublishPlan",
    "Published",
    "ReleaseReader",
    "ReleaseWriter",
    "Verdict",
    "next_version",
    "plan_publish",
    "publish",
]

_HOMES = {
    "PublishPlan": "plan",
    "Published": "uploader",
    "ReleaseReader": "service",
    "ReleaseWriter": "service",
    "Verdict": "plan",
    "next_version": "versions",
    "plan_publish": "plan",
    "publish": "uploader",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
