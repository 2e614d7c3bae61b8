"""What publishing would do, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from toolkit import checks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.bundle import BundleInfo
    from toolkit.bundle import ProjectLock
    from toolkit.bundle.comparison import Comparison
    from toolkit.checks import Finding
    from toolkit.project.project import Project

__all__ = ["PublishPlan", "Verdict"]


class Verdict(StrEnum):
    """What publishing would come to."""

    NEW = "new"
    """The version is free: it would be uploaded."""
    UNCHANGED = "unchanged"
    """The same bytes are published: nothing to do."""
    CONFLICT = "conflict"
    """The version is published with other bytes."""
    TOO_SMALL = "too_small"
    """What changed calls for a higher version."""
    NAME_TAKEN = "name_taken"
    NOT_AUTHORISED = "not_authorised"
    FINDINGS = "findings"
    """Checks found errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPlan:
    """What would happen, and why not if it would not."""

    project: Project
    verdict: Verdict
    message: str
    hint: str | None = None
    user: str | None = None
    """Whose token it is."""
    findings: tuple[Finding, ...] = ()
    lock: ProjectLock | None = None
    """What it requires beyond the service's base; None if nothing."""
    bundle: BundleInfo | None = None
    """None when credentials, name or checks stopped the plan before the build."""
    current_version: str | None = None
    """The program's latest release on the service."""
    published_digest: str | None = None
    """The digest of this version on the service, if it is there."""
    takes_latest: bool = True
    """Whether ``latest`` moves to it, or has done so."""
    base: Mapping[str, Any] | None = None
    """The release that it is compared with, as the service describes it."""
    comparison: Comparison | None = None
    """None when there is nothing to compare with, or nothing new."""
    taken: tuple[str, ...] = ()
    """The versions that are published."""
    unread: str | None = None
    """Why no files were compared."""
    next_version: str | None = None
    """A free version that is far enough, when this one is taken or too low."""
    visibility: str | None = None
    labels: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether `toolkit.publish.publish` would go through."""
        return self.verdict in (Verdict.NEW, Verdict.UNCHANGED)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a release."""
        return tuple(f for f in self.findings if f.severity is checks.Severity.ERROR)
