"""Which jobs a caller looks for, as the service asks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from program_runtime import errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from program_runtime.client.api import ServiceApi

__all__ = ["JobQuery", "find"]

_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Filters; one of None lets every job pass."""

    backend_name: str | None = None
    pending: bool | None = None
    program_id: str | None = None
    job_tags: Sequence[str] | None = None
    session_id: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    descending: bool = True

    def to_parameters(self) -> dict[str, Any]:
        """The arguments of :meth:`ServiceApi.jobs`.

        Raises:
            InvalidValueError: ``job_tags`` is one text, not a list of them.
        """
        if isinstance(self.job_tags, str):
            raise errors.InvalidValueError(
                f"job_tags is a list of tags, not {self.job_tags!r}.",
                hint=f"Write job_tags=[{self.job_tags!r}].",
            )
        return {
            "backend": self.backend_name,
            "pending": self.pending,
            "program": self.program_id,
            "tags": self.job_tags or (),
            "session_id": self.session_id,
            "created_after": _moment(self.created_after),
            "created_before": _moment(self.created_before),
            "sort": "DESC" if self.descending else "ASC",
        }


def find(
    api: ServiceApi, query: JobQuery, *, limit: int | None, skip: int
) -> Iterator[dict[str, Any]]:
    """Jobs that fit, from ``skip`` on, at most ``limit``, page by page."""
    parameters = query.to_parameters()
    left = limit
    while left is None or left > 0:
        size = _PAGE if left is None else min(left, _PAGE)
        answer = api.jobs(limit=size, offset=skip, **parameters)
        found = answer["jobs"]
        yield from found
        skip += len(found)
        left = None if left is None else left - len(found)
        if not found or skip >= answer["count"]:
            return


def _moment(moment: datetime | None) -> str | None:
    """A date without a zone is in local time, as people mean it."""
    return None if moment is None else moment.astimezone(UTC).isoformat()
