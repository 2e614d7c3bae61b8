"""Two releases side by side: what differs, and the version that it calls for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.bundle.comparison.budget import BudgetChange, compare_budgets
from toolkit.bundle.comparison.bump import Bump, is_enough
from toolkit.bundle.comparison.interface import (
    Compatibility,
    InterfaceChange,
    compare_interfaces,
)
from toolkit.bundle.comparison.requirements import (
    RequirementChange,
    compare_requirements,
)
from toolkit.bundle.comparison.source import FileChange, compare_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.metadata import ProgramMetadata

__all__ = ["Comparison", "ReleaseContent", "compare_releases"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseContent:
    """What is known of a release."""

    metadata: ProgramMetadata
    files: Mapping[str, bytes] | None = None
    """The contents of its bundle by name; None where that can not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs between two releases."""

    old_version: str
    new_version: str
    interface: tuple[InterfaceChange, ...]
    files: tuple[FileChange, ...] | None
    """None where one of the bundles can not be read."""
    requirements: tuple[RequirementChange, ...] | None
    """The same."""
    budget: tuple[BudgetChange, ...]

    @property
    def compatibility(self) -> Compatibility:
        """What the worst change means to callers."""
        effects = {change.effect for change in self.interface}
        return next(
            (effect for effect in Compatibility if effect in effects),
            Compatibility.NONE,
        )

    @property
    def bump(self) -> Bump:
        """How far the version must be raised."""
        if self.compatibility is Compatibility.BREAKING:
            return Bump.MAJOR
        if self.compatibility is Compatibility.ADDITIVE:
            return Bump.MINOR
        grows = any(change.grows for change in self.budget)
        return Bump.MINOR if grows else Bump.PATCH

    @property
    def suffices(self) -> bool:
        """Whether the new version is far enough from the old one."""
        return is_enough(self.old_version, self.new_version, self.bump)


def compare_releases(old: ReleaseContent, new: ReleaseContent) -> Comparison:
    """Compare two releases of a program.

    Args:
        old: What callers use now.
        new: What they would use.
    """
    readable = old.files is not None and new.files is not None
    return Comparison(
        old_version=old.metadata.version,
        new_version=new.metadata.version,
        interface=compare_interfaces(old.metadata, new.metadata),
        files=compare_files(old.files or {}, new.files or {}) if readable else None,
        requirements=compare_requirements(old.files or {}, new.files or {})
        if readable
        else None,
        budget=compare_budgets(old.metadata.budget, new.metadata.budget),
    )
