"""The programs that a caller may see, fetched once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime import metadata
from program_runtime.client import publication

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.client.api import ServiceApi

__all__ = ["ProgramCatalog"]

_PAGE = 100


class ProgramCatalog:
    """Programs in the service's order, kept until a refresh is asked for."""

    def __init__(self, api: ServiceApi) -> None:
        self._api = api
        self._listed: list[metadata.RuntimeProgram] = []
        self._is_complete = False
        self._single: dict[str, metadata.RuntimeProgram] = {}

    def page(
        self, *, refresh: bool, limit: int | None, skip: int
    ) -> list[metadata.RuntimeProgram]:
        """Programs from ``skip`` on, at most ``limit``."""
        if refresh:
            self.forget()
        end = None if limit is None else skip + limit
        while not self._is_complete and (end is None or len(self._listed) < end):
            self._fetch()
        return self._listed[skip:end]

    def one(self, program_id: str, *, refresh: bool) -> metadata.RuntimeProgram:
        """One program.

        Raises:
            RuntimeProgramNotFound: There is no such program.
        """
        if refresh or program_id not in self._single:
            self._single[program_id] = self._program(self._api.program(program_id))
        return self._single[program_id]

    def forget(self, program_id: str | None = None) -> None:
        """Fetch again when asked next; one program, or all with the list."""
        self._listed, self._is_complete = [], False
        if program_id is None:
            self._single.clear()
        else:
            self._single.pop(program_id, None)

    def _fetch(self) -> None:
        answer = self._api.programs(limit=_PAGE, offset=len(self._listed))
        found = [self._program(entry) for entry in answer["programs"]]
        self._listed += found
        self._single.update({program.program_id: program for program in found})
        self._is_complete = not found or len(self._listed) >= answer["count"]

    def _program(self, entry: Mapping[str, Any]) -> metadata.RuntimeProgram:
        def fetch() -> str:
            return publication.source_of(self._api, entry["id"], entry["version"])

        return metadata.RuntimeProgram.from_dict(entry, data=fetch)
