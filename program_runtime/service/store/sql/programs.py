"""Programs, releases and labels in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.service.domain import LATEST, NotFoundError
from program_runtime.service.store.sql import program_statements as statements
from program_runtime.service.store.sql.program_rows import (
    existing_program,
    existing_release,
    read_program,
    read_programs,
    read_release,
    read_release_by_digest,
    read_releases,
)
from program_runtime.service.store.sql.publishing import (
    live_program_key,
    point,
    publish_release,
    update_program,
    withdraw,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy import Connection

    from program_runtime.service.domain import Program, Release, User, Visibility
    from program_runtime.service.store.sql.reader import Reader
    from program_runtime.service.store.sql.writer import GroupWriter


class SqlPrograms:
    """See :class:`~program_runtime.service.store.protocols.ProgramStore`."""

    def __init__(
        self, reader: Reader, writer: GroupWriter, clock: Callable[[], float]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def publish(
        self,
        release: Release,
        *,
        owner: str,
        description: str,
        visibility: Visibility | None = None,
        labels: Collection[str] = (),
        hold: bool = False,
    ) -> tuple[Release, bool]:
        """Add a release, and its program if it is the first."""

        def write(connection: Connection) -> tuple[Release, bool]:
            created = publish_release(
                connection,
                release,
                owner=owner,
                description=description,
                visibility=visibility,
                labels=labels,
                hold=hold,
            )
            stored = existing_release(connection, release.program_id, release.version)
            return stored, created

        return await self._writer.do(write)

    async def get(self, program_id: str) -> Program | None:
        """Return a program."""
        return await self._reader.do(lambda c: read_program(c, program_id))

    async def find(
        self, viewer: User, *, search: str = "", limit: int = 20, offset: int = 0
    ) -> tuple[Sequence[Program], int]:
        """Return the programs that the viewer may see."""
        found = statements.select_visible(viewer, search)

        def read(connection: Connection) -> tuple[Sequence[Program], int]:
            count = connection.execute(statements.count_of(found)).scalar_one()
            rows = connection.execute(found.limit(limit).offset(offset)).all()
            return read_programs(connection, rows), count

        return await self._reader.do(read)

    async def releases(self, program_id: str) -> Sequence[Release]:
        """Return all releases, the highest version first."""
        return await self._reader.do(lambda c: read_releases(c, program_id))

    async def release(self, program_id: str, ref: str = LATEST) -> Release | None:
        """Return a release by version or label."""
        return await self._reader.do(lambda c: read_release(c, program_id, ref))

    async def release_by_digest(self, digest: str) -> Release | None:
        """Return a release, even of a deleted program."""
        return await self._reader.do(lambda c: read_release_by_digest(c, digest))

    async def set_label(self, program_id: str, label: str, version: str) -> Program:
        """Point a label at a version."""

        def write(connection: Connection) -> Program:
            program_key = live_program_key(connection, program_id)
            row = connection.execute(
                statements.select_release(),
                {"program_id": program_id, "version": version},
            ).one_or_none()
            if row is None:
                raise NotFoundError(
                    f"the program {program_id} has no release {version}",
                    kind="release",
                )
            point(connection, program_key, label, row.key)
            update_program(connection, program_key, {"updated": self._clock()})
            return existing_program(connection, program_id)

        return await self._writer.do(write)

    async def set_visibility(self, program_id: str, visibility: Visibility) -> Program:
        """Choose who sees and runs the program."""

        def write(connection: Connection) -> Program:
            program_key = live_program_key(connection, program_id)
            changes = {"visibility": visibility.value, "updated": self._clock()}
            update_program(connection, program_key, changes)
            return existing_program(connection, program_id)

        return await self._writer.do(write)

    async def delete(self, program_id: str) -> None:
        """Take the program away; releases with jobs are kept for these."""

        def write(connection: Connection) -> None:
            program_key = live_program_key(connection, program_id)
            withdraw(connection, program_key, now=self._clock())

        await self._writer.do(write)
