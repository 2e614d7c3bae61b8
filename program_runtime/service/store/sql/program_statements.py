"""The statements about programs, releases and labels, each with a name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, exists, func, insert, or_, select, update

from program_runtime.service.domain import LATEST, Role, Visibility
from program_runtime.service.store.sql.tables import jobs, labels, programs, releases

if TYPE_CHECKING:
    from sqlalchemy import Delete, Insert, Select, Update

    from program_runtime.service.domain import User

_LIVE = programs.c.deleted.is_(None)
_THIS = programs.c.id == bindparam("program_id")
_RELEASE = (
    programs.c.id.label("program_id"),
    releases.c.key,
    releases.c.program_key,
    releases.c.version,
    releases.c.digest,
    releases.c.size,
    releases.c.metadata,
    releases.c.created,
    releases.c.published_by,
    releases.c.was_latest,
)


@cache
def select_live_program() -> Select[Any]:
    """Key and owner of a program, held until the transaction ends."""
    return (
        select(programs.c.key, programs.c.owner).where(_THIS, _LIVE).with_for_update()
    )


@cache
def select_programs() -> Select[Any]:
    """Programs, each with its latest release, oldest first."""
    latest = releases.alias("latest")
    return (
        select(
            programs.c.key.label("program_key"),
            programs.c.id.label("program_id"),
            programs.c.owner,
            programs.c.description,
            programs.c.visibility,
            programs.c.created.label("program_created"),
            programs.c.updated,
            latest.c.version,
            latest.c.digest,
            latest.c.size,
            latest.c.metadata,
            latest.c.created,
            latest.c.published_by,
            latest.c.was_latest,
        )
        .join(labels, labels.c.program_key == programs.c.key)
        .join(latest, latest.c.key == labels.c.release_key)
        .where(labels.c.label == LATEST, _LIVE)
        .order_by(programs.c.key)
    )


@cache
def select_program() -> Select[Any]:
    """One program with its latest release."""
    return select_programs().where(_THIS)


def select_visible(viewer: User, search: str) -> Select[Any]:
    """The programs that the viewer may see and that hold the text searched for."""
    found = select_programs()
    if viewer.role is not Role.ADMIN:
        found = found.where(
            or_(
                programs.c.visibility == Visibility.PUBLIC.value,
                programs.c.owner == viewer.name,
            )
        )
    if search:
        found = found.where(
            or_(
                programs.c.id.icontains(search, autoescape=True),
                programs.c.description.icontains(search, autoescape=True),
            )
        )
    return found


def count_of(found: Select[Any]) -> Select[Any]:
    """How many rows a selection has."""
    return select(func.count()).select_from(found.order_by(None).subquery())


@cache
def select_labels() -> Select[Any]:
    """The labels of some programs and the versions that they point at."""
    return (
        select(labels.c.program_key, labels.c.label, releases.c.version)
        .join(releases, releases.c.key == labels.c.release_key)
        .where(labels.c.program_key.in_(bindparam("program_keys", expanding=True)))
        .order_by(labels.c.program_key, labels.c.label)
    )


@cache
def select_releases() -> Select[Any]:
    """All releases of a program."""
    return (
        select(*_RELEASE)
        .join(programs, programs.c.key == releases.c.program_key)
        .where(_THIS, _LIVE)
    )


@cache
def select_release() -> Select[Any]:
    """The release of a version."""
    return select_releases().where(releases.c.version == bindparam("version"))


@cache
def select_release_by_label() -> Select[Any]:
    """The release that a label points at."""
    return (
        select_releases()
        .join(labels, labels.c.release_key == releases.c.key)
        .where(labels.c.label == bindparam("label"))
    )


@cache
def select_release_by_digest() -> Select[Any]:
    """The release with these bytes, of a live program if there is one."""
    return (
        select(*_RELEASE)
        .join(programs, programs.c.key == releases.c.program_key)
        .where(releases.c.digest == bindparam("digest"))
        .order_by(programs.c.deleted.is_not(None), releases.c.key)
        .limit(1)
    )


@cache
def insert_program() -> Insert:
    """A new program."""
    return insert(programs)


@cache
def update_program() -> Update:
    """Whatever of a program is given beside its key."""
    return update(programs).where(programs.c.key == bindparam("of_key"))


@cache
def insert_release() -> Insert:
    """A new release."""
    return insert(releases)


@cache
def mark_latest() -> Update:
    """Note that ``latest`` points at a release."""
    return (
        update(releases)
        .where(releases.c.key == bindparam("of_key"))
        .values(was_latest=True)
    )


@cache
def move_label() -> Update:
    """Point a label that is there at another release."""
    return update(labels).where(
        labels.c.program_key == bindparam("of_program"),
        labels.c.label == bindparam("of_label"),
    )


@cache
def insert_label() -> Insert:
    """A new label."""
    return insert(labels)


@cache
def delete_labels() -> Delete:
    """All labels of a program."""
    return delete(labels).where(labels.c.program_key == bindparam("program_key"))


@cache
def delete_unused_releases() -> Delete:
    """The releases of a program that no job refers to."""
    used = exists().where(jobs.c.release_key == releases.c.key)
    return delete(releases).where(
        releases.c.program_key == bindparam("program_key"), ~used
    )


@cache
def delete_empty_program() -> Delete:
    """A program, if it has no release."""
    kept = exists().where(releases.c.program_key == programs.c.key)
    return delete(programs).where(programs.c.key == bindparam("program_key"), ~kept)


@cache
def select_deleted_programs() -> Select[Any]:
    """The programs that are kept only for their jobs."""
    return select(programs.c.key).where(programs.c.deleted.is_not(None))
