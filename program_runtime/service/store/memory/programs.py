"""Programs, releases and labels in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from program_runtime.service.domain import (
    LATEST,
    ConflictError,
    NotFoundError,
    Program,
    Visibility,
    may_see_program,
    version_key,
)
from program_runtime.service.domain.versions import moves_latest
from program_runtime.service.store.memory.state import Shelf

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from program_runtime.service.domain import Release, User
    from program_runtime.service.store.memory.state import State


class MemoryPrograms:
    """See :class:`~program_runtime.service.store.protocols.ProgramStore`."""

    def __init__(self, state: State) -> None:
        self._state = state

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
        shelf = self._state.shelves.get(release.program_id)
        created = _check_publish(shelf, release, owner)
        if shelf is None:
            shelf = Shelf(
                id=release.program_id,
                owner=owner,
                description=description,
                visibility=Visibility.PRIVATE,
                created=release.created,
                updated=release.created,
            )
            self._state.shelves[shelf.id] = shelf
        if visibility is not None:
            shelf.visibility = visibility
        if created:
            shelf.description = description
            shelf.releases[release.version] = replace(release, labels=())
            if moves_latest(release.version, shelf.labels.get(LATEST), hold=hold):
                _point(shelf, LATEST, release.version)
        for label in labels:
            _point(shelf, label, release.version)
        if created or labels or visibility is not None:
            shelf.updated = release.created
        return _labelled(shelf, shelf.releases[release.version]), created

    async def get(self, program_id: str) -> Program | None:
        """Return a program."""
        shelf = self._state.shelves.get(program_id)
        return None if shelf is None else _program(shelf)

    async def find(
        self, viewer: User, *, search: str = "", limit: int = 20, offset: int = 0
    ) -> tuple[Sequence[Program], int]:
        """Return the programs that the viewer may see."""
        wanted = search.lower()
        found = [
            program
            for program in map(_program, self._state.shelves.values())
            if may_see_program(viewer, program)
            and (wanted in program.id.lower() or wanted in program.description.lower())
        ]
        return found[offset : offset + limit], len(found)

    async def releases(self, program_id: str) -> Sequence[Release]:
        """Return all releases, the highest version first."""
        shelf = self._state.shelves.get(program_id)
        if shelf is None:
            return []
        versions = sorted(shelf.releases, key=version_key, reverse=True)
        return [_labelled(shelf, shelf.releases[version]) for version in versions]

    async def release(self, program_id: str, ref: str = LATEST) -> Release | None:
        """Return a release by version or label."""
        shelf = self._state.shelves.get(program_id)
        if shelf is None:
            return None
        version = ref if ref in shelf.releases else shelf.labels.get(ref)
        return None if version is None else _labelled(shelf, shelf.releases[version])

    async def release_by_digest(self, digest: str) -> Release | None:
        """Return a release, even of a deleted program."""
        for shelf in self._state.shelves.values():
            for release in shelf.releases.values():
                if release.digest == digest:
                    return _labelled(shelf, release)
        return next((r for r in self._state.withdrawn if r.digest == digest), None)

    async def set_label(self, program_id: str, label: str, version: str) -> Program:
        """Point a label at a version."""
        shelf = self._shelf(program_id)
        if version not in shelf.releases:
            raise NotFoundError(
                f"the program {program_id} has no release {version}", kind="release"
            )
        _point(shelf, label, version)
        shelf.updated = self._state.now()
        return _program(shelf)

    async def set_visibility(self, program_id: str, visibility: Visibility) -> Program:
        """Choose who sees and runs the program."""
        shelf = self._shelf(program_id)
        shelf.visibility = visibility
        shelf.updated = self._state.now()
        return _program(shelf)

    async def delete(self, program_id: str) -> None:
        """Take the program away; releases with jobs are kept for these."""
        shelf = self._shelf(program_id)
        used = {
            (folder.job.program_id, folder.job.digest)
            for folder in self._state.folders.values()
        }
        self._state.withdrawn += [
            release
            for release in shelf.releases.values()
            if (program_id, release.digest) in used
        ]
        del self._state.shelves[program_id]

    def _shelf(self, program_id: str) -> Shelf:
        if program_id not in self._state.shelves:
            raise NotFoundError(f"there is no program {program_id}", kind="program")
        return self._state.shelves[program_id]


def _check_publish(shelf: Shelf | None, release: Release, owner: str) -> bool:
    """Return whether the release is new."""
    if shelf is None:
        return True
    if shelf.owner != owner:
        raise ConflictError(
            f"the name {release.program_id} is taken by another owner",
            reason="name_taken",
        )
    present = shelf.releases.get(release.version)
    if present is not None and present.digest != release.digest:
        raise ConflictError(
            f"{release.program_id} {release.version} is published with other bytes",
            reason="version_exists",
        )
    return present is None


def _point(shelf: Shelf, label: str, version: str) -> None:
    shelf.labels[label] = version
    if label == LATEST:
        marked = replace(shelf.releases[version], was_latest=True)
        shelf.releases[version] = marked


def _program(shelf: Shelf) -> Program:
    return Program(
        id=shelf.id,
        owner=shelf.owner,
        description=shelf.description,
        visibility=shelf.visibility,
        created=shelf.created,
        updated=shelf.updated,
        labels=dict(shelf.labels),
        latest=_labelled(shelf, shelf.releases[shelf.labels[LATEST]]),
    )


def _labelled(shelf: Shelf, release: Release) -> Release:
    labels = (name for name, at in shelf.labels.items() if at == release.version)
    return replace(release, labels=tuple(sorted(labels)))
