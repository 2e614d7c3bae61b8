"""Publish a program from its source, as the retired ``upload_program`` did."""

from __future__ import annotations

import json
import re
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime import bundle, errors
from program_runtime.metadata import parse_metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.client.api import ServiceApi

__all__ = ["source_of", "update", "upload"]

_MAIN = "def main("
_SOURCE_NAME, _METADATA_NAME = "program.py", "program.json"
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-(.+))?")


def upload(
    api: ServiceApi, data: str | Path, metadata: Mapping[str, Any] | str | Path | None
) -> str:
    """Publish the first release of a program.

    Args:
        api: The service.
        data: The source, or the name of its file or of a bundle (``.zip``).
        metadata: The metadata, or the name of its JSON file; in a bundle its own
            ``program.json`` is there, over which this one goes.

    Returns:
        The program's id.

    Raises:
        RuntimeDuplicateProgramError: The name or the version is taken.
        BadMetadataError: The metadata can not be used.
        InvalidValueError: ``data`` is no program.
    """
    files = _files(data)
    given = _metadata(metadata)
    described = {**_described(files), **given}
    public = described.pop("is_public", None)
    visibility = None if public is None else ("public" if public else "private")
    return _publish(api, files, described, visibility)


def update(
    api: ServiceApi,
    program_id: str,
    *,
    data: str | Path | None,
    metadata: Mapping[str, Any] | str | Path | None,
    fields: Mapping[str, Any],
) -> None:
    """Publish a further release of a program.

    Args:
        api: The service.
        program_id: The program.
        data: New source, file or bundle; None keeps the files of the last release.
        metadata: Changes of its metadata, or a JSON file of them.
        fields: Changes of its metadata that win over ``metadata``.

    Raises:
        RuntimeProgramNotFound: There is no such program.
        BadMetadataError: The metadata can not be used.
        InvalidValueError: The change is none that a release can have.
    """
    changes = {**_metadata(metadata), **fields}
    changes.pop("is_public", None)
    if data is None and not changes:
        warnings.warn("Nothing to update was given. No update is made.", stacklevel=3)
        return
    if changes.get("name", program_id) != program_id:
        raise errors.InvalidValueError(
            f"The program {program_id!r} can not be renamed to {changes['name']!r}.",
            hint="Its name is its id; upload it under the new name instead.",
        )
    versions = [entry["version"] for entry in api.releases(program_id)]
    last = max(versions, key=_precedence)
    files = _files_of(api, program_id, last)
    if data is not None:
        files.update(_files(data))
    described = {**_described(files), "version": _next_version(last), **changes}
    _publish(api, files, described, None)


def source_of(api: ServiceApi, program_id: str, version: str) -> str:
    """The text of a release's ``program.py``, for those who may see it.

    Raises:
        NotAuthorizedError: It is not the caller's program.
    """
    return _files_of(api, program_id, version)[_SOURCE_NAME].decode()


def _publish(
    api: ServiceApi,
    files: Mapping[str, bytes],
    described: Mapping[str, Any],
    visibility: str | None,
) -> str:
    parsed = parse_metadata(described, strict_version=False)
    text = json.dumps(parsed.to_dict(), indent=2, ensure_ascii=False) + "\n"
    with tempfile.TemporaryDirectory(prefix="qrt-upload-") as folder:
        target = Path(folder) / "program.zip"
        written = bundle.write_bundle({**files, _METADATA_NAME: text.encode()}, target)
        bundle.inspect_bundle(target)
        release, _ = api.put_release(
            parsed.name, parsed.version, target, written.digest, visibility=visibility
        )
    return str(release["program_id"])


def _files(data: str | Path) -> dict[str, bytes]:
    """The files that ``data`` means: a source, a file's name, or a bundle's."""
    if isinstance(data, str) and _MAIN in data:
        return {_SOURCE_NAME: data.encode()}
    path = Path(data)
    if path.is_dir():
        raise errors.InvalidValueError(
            f"{path} is a folder.", hint=f"Publish a project with: qrt publish {path}"
        )
    if not path.is_file():
        raise errors.InvalidValueError(
            f"{str(data)[:200]!r} is neither the source of a program nor a file.",
            hint=f"A source holds the text {_MAIN!r}.",
        )
    if path.suffix == ".zip":
        return dict(bundle.read_bundle(path))
    return {_SOURCE_NAME: path.read_bytes()}


def _files_of(api: ServiceApi, program_id: str, version: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="qrt-update-") as folder:
        path = api.download_bundle(program_id, version, Path(folder) / "last.zip")
        return dict(bundle.read_bundle(path))


def _described(files: Mapping[str, bytes]) -> dict[str, Any]:
    text = files.get(_METADATA_NAME)
    return {} if text is None else _object(text, _METADATA_NAME)


def _metadata(metadata: Mapping[str, Any] | str | Path | None) -> dict[str, Any]:
    if metadata is None:
        return {}
    if isinstance(metadata, (str, Path)):
        try:
            return _object(Path(metadata).read_bytes(), str(metadata))
        except OSError as err:
            raise errors.BadMetadataError(
                f"The metadata file {metadata} can not be read: {err.strerror}."
            ) from err
    return dict(metadata)


def _object(text: bytes, name: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as err:
        raise errors.BadMetadataError(f"{name} is not JSON: {err}.") from err
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise errors.BadMetadataError(f"{name} is no JSON object but a {kind}.")
    return value


def _precedence(version: str) -> tuple[int, int, int, bool, str]:
    """Order of versions; a pre-release comes before its release."""
    match = _VERSION.fullmatch(version)
    if match is None:
        return (0, 0, 0, False, version)
    major, minor, patch, pre = match.groups()
    return (int(major), int(minor), int(patch), pre is None, pre or "")


def _next_version(version: str) -> str:
    """The next patch; a pre-release becomes its release."""
    major, minor, patch, is_release, _ = _precedence(version)
    return f"{major}.{minor}.{patch + 1 if is_release else patch}"
