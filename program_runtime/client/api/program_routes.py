"""Routes about programs, their releases and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from program_runtime.client.api import uploads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from program_runtime.client.api.transport import Transport

__all__ = ["ProgramRoutes"]

_CREATED = 201
_PIECE_BYTES = 1 << 20


class ProgramRoutes:
    """What can be run: programs, releases, labels."""

    transport: Transport

    def programs(
        self, *, limit: int | None = None, offset: int = 0, search: str | None = None
    ) -> dict[str, Any]:
        """A page of programs: ``programs`` and the ``count`` of all."""
        params = {"limit": limit, "offset": offset or None, "search": search}
        return self._programs_part("/programs", params)

    def program(self, program_id: str) -> dict[str, Any]:
        """One program, as of its latest release."""
        return self._programs_part(_path(program_id))

    def update_program(self, program_id: str, *, visibility: str) -> dict[str, Any]:
        """Make a program ``private`` or ``public``."""
        body = {"visibility": visibility}
        answer = self.transport.request("PATCH", _path(program_id), json=body)
        return dict(answer.json()) if answer.content else {}

    def delete_program(self, program_id: str) -> None:
        """Delete a program; its jobs keep their results."""
        self.transport.request("DELETE", _path(program_id))

    def releases(self, program_id: str) -> list[dict[str, Any]]:
        """All releases of a program."""
        answer = self._programs_part(f"{_path(program_id)}/releases")
        return list(answer["releases"])

    def release(self, program_id: str, ref: str) -> dict[str, Any]:
        """The release with this version or label."""
        return self._programs_part(_path(program_id, "releases", ref))

    def put_release(
        self,
        program_id: str,
        version: str,
        file: Path,
        digest: str,
        *,
        labels: Sequence[str] = (),
        visibility: str | None = None,
        hold: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> tuple[dict[str, Any], bool]:
        """Publish a bundle, streamed from disk.

        Args:
            program_id: The program's name, as in the bundle's metadata.
            version: The release's version, as in the bundle's metadata.
            file: The bundle.
            digest: ``sha256:`` and the digest of ``file``.
            labels: Labels to point at the release.
            visibility: ``private`` or ``public``; None leaves it.
            hold: Leave ``latest`` where it is, for the release to be tried first.
            on_progress: Called with the bytes sent and the bytes in all.

        Returns:
            The release, and False when the service had these bytes already.

        Raises:
            RuntimeDuplicateProgramError: The version or the name is taken.
            BadBundleError: The service found problems in the bundle.
            IncompatibleVersionsError: The service speaks none of our versions; nothing
                was sent.
        """
        self.transport.meet()
        params = {
            "label": list(labels) or None,
            "visibility": visibility,
            "hold": "true" if hold else None,
        }
        headers = {"Content-Type": "application/zip", "X-Bundle-Digest": digest}
        path = _path(program_id, "releases", version)
        with uploads.CountedFile(file, on_progress) as body:
            answer = self.transport.request(
                "PUT", path, params=params, data=body, headers=headers
            )
        return dict(answer.json()), answer.status_code == _CREATED

    def download_bundle(self, program_id: str, ref: str, target: Path) -> Path:
        """Write the bundle of a release to ``target``; for its owner only."""
        path = f"{_path(program_id, 'releases', ref)}/bundle"
        answer = self.transport.request("GET", path, stream=True)
        with answer, target.open("wb") as file:
            for piece in answer.iter_content(_PIECE_BYTES):
                file.write(piece)
        return target

    def set_label(self, program_id: str, label: str, version: str) -> None:
        """Point a label at a release."""
        path = _path(program_id, "labels", label)
        self.transport.request("PUT", path, json={"version": version})

    def _programs_part(
        self, path: str, params: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        return dict(self.transport.request("GET", path, params=params).json())


def _path(program_id: str, *parts: str) -> str:
    segments = ("programs", program_id, *parts)
    return "".join(f"/{quote(segment, safe='')}" for segment in segments)
