"""Programs and releases as they are read."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from program_runtime.service.domain import (
    Program,
    Release,
    Visibility,
    version_key,
)
from program_runtime.service.domain.lifecycle import moment
from program_runtime.service.store.sql import program_statements as statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row


def read_programs(connection: Connection, rows: Sequence[Row[Any]]) -> list[Program]:
    """Return the programs of rows of ``select_programs``."""
    labels = _labels(connection, (row.program_key for row in rows))
    return [_to_program(row, labels[row.program_key]) for row in rows]


def read_program(connection: Connection, program_id: str) -> Program | None:
    """Return one program."""
    rows = connection.execute(
        statements.select_program(), {"program_id": program_id}
    ).all()
    return next(iter(read_programs(connection, rows)), None)


def existing_program(connection: Connection, program_id: str) -> Program:
    """Return one program that is known to be there."""
    row = connection.execute(
        statements.select_program(), {"program_id": program_id}
    ).one()
    return read_programs(connection, [row])[0]


def read_releases(connection: Connection, program_id: str) -> list[Release]:
    """Return the releases of a program, the highest version first."""
    rows = connection.execute(
        statements.select_releases(), {"program_id": program_id}
    ).all()
    releases = _to_releases(connection, rows)
    return sorted(releases, key=lambda r: version_key(r.version), reverse=True)


def read_release(connection: Connection, program_id: str, ref: str) -> Release | None:
    """Return the release of a version or, if there is none, of a label."""
    of_program = {"program_id": program_id}
    by_version = connection.execute(
        statements.select_release(), of_program | {"version": ref}
    ).one_or_none()
    row = (
        by_version
        or connection.execute(
            statements.select_release_by_label(), of_program | {"label": ref}
        ).one_or_none()
    )
    return None if row is None else _to_releases(connection, [row])[0]


def existing_release(connection: Connection, program_id: str, version: str) -> Release:
    """Return a release that is known to be there."""
    row = connection.execute(
        statements.select_release(), {"program_id": program_id, "version": version}
    ).one()
    return _to_releases(connection, [row])[0]


def read_release_by_digest(connection: Connection, digest: str) -> Release | None:
    """Return a release by its bytes."""
    rows = connection.execute(
        statements.select_release_by_digest(), {"digest": digest}
    ).all()
    return next(iter(_to_releases(connection, rows)), None)


def _labels(
    connection: Connection, program_keys: Iterable[int]
) -> Mapping[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    keys = sorted(set(program_keys))
    if keys:
        rows = connection.execute(statements.select_labels(), {"program_keys": keys})
        for key, label, version in rows:
            found[key][label] = version
    return found


def _to_releases(connection: Connection, rows: Sequence[Row[Any]]) -> list[Release]:
    labels = _labels(connection, (row.program_key for row in rows))
    return [_to_release(row, labels[row.program_key]) for row in rows]


def _to_release(row: Row[Any], labels: Mapping[str, str]) -> Release:
    return Release(
        program_id=row.program_id,
        version=row.version,
        digest=row.digest,
        size=row.size,
        metadata=json.loads(row.metadata),
        created=moment(row.created),
        published_by=row.published_by,
        labels=tuple(label for label, at in labels.items() if at == row.version),
        was_latest=row.was_latest,
    )


def _to_program(row: Row[Any], labels: Mapping[str, str]) -> Program:
    return Program(
        id=row.program_id,
        owner=row.owner,
        description=row.description,
        visibility=Visibility(row.visibility),
        created=moment(row.program_created),
        updated=moment(row.updated),
        labels=labels,
        latest=_to_release(row, labels),
    )
