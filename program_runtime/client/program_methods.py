"""What a service can do with programs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from program_runtime.client import publication
from program_runtime.client.catalog import ProgramCatalog
from program_runtime.client.connection import Connection
from program_runtime.escapes import safe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from program_runtime.metadata import RuntimeProgram

__all__ = ["ProgramMethods"]


class ProgramMethods(Connection):
    """Upload, update, list and delete programs."""

    def upload_program(
        self,
        data: str | Path,
        metadata: Mapping[str, Any] | str | Path | None = None,
    ) -> str:
        """Publish a program.

        Args:
            data: Its source (with ``def main(`` in it), or the name of a file with
                the source, or of a bundle (``.zip``).
            metadata: Its metadata, or the name of a JSON file with it. Without a
                version it is 1.0.0.

        Returns:
            The program's id.

        Raises:
            RuntimeDuplicateProgramError: The name or the version is taken.
            BadMetadataError: The metadata can not be used; all problems are listed.
            NotAuthorizedError: The token may not publish.
        """
        program_id = publication.upload(self.api, data, metadata)
        self._catalog.forget(program_id)
        return program_id

    def update_program(
        self,
        program_id: str,
        data: str | Path | None = None,
        metadata: Mapping[str, Any] | str | Path | None = None,
        *,
        name: str | None = None,
        description: str | None = None,
        max_execution_time: int | None = None,
        spec: Mapping[str, Any] | None = None,
        version: str | None = None,
    ) -> None:
        """Publish a further release; running jobs keep theirs.

        Args:
            program_id: The program.
            data: New source, as in :meth:`upload_program`; None keeps the files.
            metadata: Changes, or a JSON file of them; what follows wins over it.
            name: The name it has; another one is refused, the name is the id.
            description: A new description.
            max_execution_time: A new limit, in seconds.
            spec: A new spec, as a whole.
            version: The release's version; by default the next patch version.

        Raises:
            RuntimeProgramNotFound: There is no such program.
            BadMetadataError: The metadata can not be used.
        """
        fields = {
            "name": name,
            "description": description,
            "max_execution_time": max_execution_time,
            "spec": spec,
            "version": version,
        }
        given = {key: value for key, value in fields.items() if value is not None}
        publication.update(
            self.api, program_id, data=data, metadata=metadata, fields=given
        )
        self._catalog.forget(program_id)

    def delete_program(self, program_id: str) -> None:
        """Delete a program; its jobs keep their results.

        Raises:
            RuntimeProgramNotFound: There is no such program.
        """
        self.api.delete_program(program_id)
        self._catalog.forget(program_id)

    def set_program_visibility(self, program_id: str, public: bool) -> None:  # noqa: FBT001 - the retired client's signature
        """Let everyone run a program, or only its owner.

        Raises:
            RuntimeProgramNotFound: There is no such program.
        """
        visibility = "public" if public else "private"
        self.api.update_program(program_id, visibility=visibility)
        self._catalog.forget(program_id)

    def programs(
        self,
        refresh: bool = False,  # noqa: FBT001, FBT002 - the retired client's signature
        limit: int | None = 20,
        skip: int = 0,
    ) -> list[RuntimeProgram]:
        """The programs that the caller may run.

        Args:
            refresh: Ask the service again for what is known already.
            limit: At most so many; None for all.
            skip: Leave out so many first.
        """
        return self._catalog.page(refresh=refresh, limit=limit, skip=skip)

    def program(self, program_id: str, refresh: bool = False) -> RuntimeProgram:  # noqa: FBT001, FBT002 - the retired client's signature
        """One program, with its parameters.

        Raises:
            RuntimeProgramNotFound: There is no such program.
        """
        return self._catalog.one(program_id, refresh=refresh)

    def pprint_programs(
        self,
        refresh: bool = False,  # noqa: FBT001, FBT002 - the retired client's signature
        detailed: bool = False,  # noqa: FBT001, FBT002 - the retired client's signature
        limit: int | None = 20,
        skip: int = 0,
    ) -> None:
        """Print the programs; the one method that prints, as the retired client's.

        Args:
            refresh: Ask the service again for what is known already.
            detailed: Print everything, not only id, name and description.
            limit: At most so many; None for all.
            skip: Leave out so many first.
        """
        for program in self.programs(refresh, limit, skip):
            lines = (
                [str(program)]
                if detailed
                else [
                    f"{program.program_id}:",
                    f"  Name: {program.name}",
                    f"  Description: {program.description}",
                ]
            )
            # Other people wrote these: nothing in them shall steer the terminal.
            print("=" * 50, *map(safe, lines), sep="\n")  # noqa: T201 - what it is for

    @functools.cached_property
    def _catalog(self) -> ProgramCatalog:
        return ProgramCatalog(self.api)
