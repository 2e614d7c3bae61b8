"""What publishing writes, and what withdrawing takes away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from program_runtime.service.domain import (
    LATEST,
    ConflictError,
    NotFoundError,
    Visibility,
)
from program_runtime.service.domain.versions import moves_latest
from program_runtime.service.store.sql import program_statements as statements
from program_runtime.service.store.sql.keys import insert_row

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection, Row

    from program_runtime.service.domain import Release


def publish_release(
    connection: Connection,
    release: Release,
    *,
    owner: str,
    description: str,
    visibility: Visibility | None,
    labels: Collection[str],
    hold: bool = False,
) -> bool:
    """Write a release and its program; False if the release is there already."""
    program = connection.execute(
        statements.select_live_program(), {"program_id": release.program_id}
    ).one_or_none()
    present = _present(connection, release)
    if program is not None:
        _check(program, present, release, owner)
    program_key = (
        _insert_program(connection, release, owner, description)
        if program is None
        else program.key
    )
    changes: dict[str, Any] = {}
    if visibility is not None:
        changes["visibility"] = visibility.value
    if present is None:
        changes["description"] = description
    release_key = (
        _insert_release(connection, release, program_key)
        if present is None
        else present.key
    )
    pointing = set(labels)
    if present is None and _takes_latest(
        connection, release.version, program_key, hold=hold
    ):
        pointing.add(LATEST)
    for label in sorted(pointing):
        point(connection, program_key, label, release_key)
    if changes or pointing:
        changes["updated"] = release.created.timestamp()
        update_program(connection, program_key, changes)
    return present is None


def point(
    connection: Connection, program_key: int, label: str, release_key: int
) -> None:
    """Let a label point at a release, whether it was there or not."""
    moved = connection.execute(
        statements.move_label(),
        {"of_program": program_key, "of_label": label, "release_key": release_key},
    )
    if moved.rowcount == 0:
        connection.execute(
            statements.insert_label(),
            {"program_key": program_key, "label": label, "release_key": release_key},
        )
    if label == LATEST:
        connection.execute(statements.mark_latest(), {"of_key": release_key})


def update_program(
    connection: Connection, program_key: int, changes: Mapping[str, Any]
) -> None:
    """Change some columns of a program."""
    connection.execute(statements.update_program(), {"of_key": program_key, **changes})


def live_program_key(connection: Connection, program_id: str) -> int:
    """Return the key of a program.

    Raises:
        NotFoundError: There is no such program.
    """
    row = connection.execute(
        statements.select_live_program(), {"program_id": program_id}
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no program {program_id}", kind="program")
    key: int = row.key
    return key


def withdraw(connection: Connection, program_key: int, *, now: float) -> None:
    """Delete a program, except for the releases that jobs refer to."""
    of_program = {"program_key": program_key}
    connection.execute(statements.delete_labels(), of_program)
    update_program(connection, program_key, {"deleted": now})
    clear_withdrawn(connection, program_key)


def clear_withdrawn(connection: Connection, program_key: int) -> None:
    """Delete of a withdrawn program what no job refers to any more."""
    of_program = {"program_key": program_key}
    connection.execute(statements.delete_unused_releases(), of_program)
    connection.execute(statements.delete_empty_program(), of_program)


def _present(connection: Connection, release: Release) -> Row[Any] | None:
    return connection.execute(
        statements.select_release(),
        {"program_id": release.program_id, "version": release.version},
    ).one_or_none()


def _check(
    program: Row[Any], present: Row[Any] | None, release: Release, owner: str
) -> None:
    if program.owner != owner:
        raise ConflictError(
            f"the name {release.program_id} is taken by another owner",
            reason="name_taken",
        )
    if present is not None and present.digest != release.digest:
        raise ConflictError(
            f"{release.program_id} {release.version} is published with other bytes",
            reason="version_exists",
        )


def _takes_latest(
    connection: Connection, version: str, program_key: int, *, hold: bool
) -> bool:
    rows = connection.execute(
        statements.select_labels(), {"program_keys": [program_key]}
    )
    current = {row.label: row.version for row in rows}
    return moves_latest(version, current.get(LATEST), hold=hold)


def _insert_program(
    connection: Connection, release: Release, owner: str, description: str
) -> int:
    created = release.created.timestamp()
    return insert_row(
        connection,
        statements.insert_program(),
        {
            "id": release.program_id,
            "owner": owner,
            "description": description,
            "visibility": Visibility.PRIVATE.value,
            "created": created,
            "updated": created,
        },
    )


def _insert_release(connection: Connection, release: Release, program_key: int) -> int:
    return insert_row(
        connection,
        statements.insert_release(),
        {
            "program_key": program_key,
            "version": release.version,
            "digest": release.digest,
            "size": release.size,
            "metadata": json.dumps(dict(release.metadata)),
            "created": release.created.timestamp(),
            "published_by": release.published_by,
            "was_latest": False,
        },
    )
