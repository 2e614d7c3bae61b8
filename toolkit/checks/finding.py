"""What a check finds, and the table of what can be found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Code", "Finding", "Severity"]


class Severity(StrEnum):
    """Whether a finding stops a release."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong in a project, where, and how to mend it.

    Example:
        >>> str(Finding(severity=Severity.ERROR, code="QRT101",
        ...             message="defines no function main", path="program.py"))
        'program.py: error QRT101: defines no function main'
    """

    severity: Severity
    code: str
    """``QRT`` and three digits; docs/checks.md explains each."""
    message: str
    hint: str | None = None
    path: str | None = None
    """A file of the project, with a JSON path behind a blank where that helps."""
    line: int | None = None
    """From 1."""

    @property
    def file(self) -> str | None:
        """The file alone."""
        return self._split[0]

    @property
    def json_path(self) -> str | None:
        """The place inside of a JSON file: ``$.spec.parameters``."""
        return self._split[1]

    @property
    def _split(self) -> tuple[str | None, str | None]:
        if self.path is None:
            return None, None
        name, is_inside, inside = self.path.partition(".json ")
        return (f"{name}.json", inside) if is_inside else (self.path, None)

    def __str__(self) -> str:
        where = self.path or "project"
        line = f":{self.line}" if self.line else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{where}{line}: {self.severity} {self.code}: {self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Code:
    """A kind of finding: its number, its severity and its title in the docs."""

    code: str
    severity: Severity
    title: str
    ignorable: bool = True
    """False for what the service refuses anyway, and for secrets."""

    def finding(
        self,
        message: str,
        *,
        hint: str | None = None,
        path: str | None = None,
        line: int | None = None,
    ) -> Finding:
        """Make a finding of this kind."""
        return Finding(
            severity=self.severity,
            code=self.code,
            message=message,
            hint=hint,
            path=path,
            line=line,
        )
