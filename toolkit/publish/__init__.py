"""Publish a project: plan first, then upload what is missing and verify it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.publish.canary import Stored, Trial, stored_jobs, try_release
    from toolkit.publish.contents import (
        content_of_bundle,
        content_of_project,
        published_content,
    )
    from toolkit.publish.plan import PublishPlan, Verdict
    from toolkit.publish.planning import plan_publish
    from toolkit.publish.rollback import version_before
    from toolkit.publish.service import JobRunner, ReleaseReader, ReleaseWriter
    from toolkit.publish.uploader import CANARY, Published, let_go, publish

__all__ = [
    "CANARY",
    "JobRunner",
    "PublishPlan",
    "Published",
    "ReleaseReader",
    "ReleaseWriter",
    "Stored",
    "Trial",
    "Verdict",
    "content_of_bundle",
    "content_of_project",
    "let_go",
    "plan_publish",
    "publish",
    "published_content",
    "stored_jobs",
    "try_release",
    "version_before",
]

_HOMES = {
    "CANARY": "uploader",
    "JobRunner": "service",
    "PublishPlan": "plan",
    "Published": "uploader",
    "ReleaseReader": "service",
    "ReleaseWriter": "service",
    "Stored": "canary",
    "Trial": "canary",
    "Verdict": "plan",
    "content_of_bundle": "contents",
    "content_of_project": "contents",
    "let_go": "uploader",
    "plan_publish": "planning",
    "publish": "uploader",
    "published_content": "contents",
    "stored_jobs": "canary",
    "try_release": "canary",
    "version_before": "rollback",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
