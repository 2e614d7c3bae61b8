"""Releases that are made here: from a source, or from the release before."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from program_runtime.bundle import write_bundle
from program_runtime.metadata.retired import modernise
from program_runtime.service.api.errors import HttpRefusal
from program_runtime.service.api.releases import published
from program_runtime.service.domain import ConflictError
from program_runtime.service.domain.versions import version_key
from program_runtime.service.transfer import Upload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.service.context import Context
    from program_runtime.service.domain import Program, User, Visibility

__all__ = ["METADATA", "SOURCE", "change", "next_version", "publish"]

SOURCE: Final = "program.py"
METADATA: Final = "program.json"
_TRIES: Final = 5


async def publish(
    here: Context,
    caller: User,
    metadata: Mapping[str, Any],
    files: Mapping[str, bytes | Path],
    *,
    visibility: Visibility | None = None,
) -> None:
    """Make a bundle and publish it; what is in it is judged as that of any other.

    Args:
        here: The service.
        caller: Who publishes.
        metadata: With name and version, in any form that was ever in use.
        files: All but program.json.
        visibility: None leaves it as it is.

    Raises:
        HttpRefusal: The place is taken.
        BadBundleError: The program can not be used.
    """
    current, _ = modernise(dict(metadata), lenient=True)
    text = json.dumps(current, indent=2, ensure_ascii=False) + "\n"
    contents = {**files, METADATA: text.encode(errors="replace")}
    with await asyncio.to_thread(_bundle, here.spool_dir, contents) as upload:
        await published(
            here,
            caller,
            current["name"],
            current["version"],
            upload,
            visibility=visibility,
        )


async def change(
    here: Context,
    caller: User,
    program: Program,
    changes: Mapping[str, Any],
    *,
    source: bytes | None = None,
) -> None:
    """Publish what a program is now, but for some changes, as its next release.

    Repeating it publishes nothing. Who is overtaken by another tries again.

    Args:
        here: The service.
        caller: Who publishes.
        program: Its latest release is what is changed.
        changes: To program.json.
        source: In place of program.py.

    Raises:
        HttpRefusal: Others publish all the time.
        BadBundleError: What it would be can not be used.
    """
    latest = program.latest
    folder = await here.folders.folder(latest.digest)
    files: dict[str, bytes | Path] = dict(await asyncio.to_thread(_files, folder))
    metadata = _changed(latest.metadata, changes)
    if source is not None and source != await asyncio.to_thread(_read, files[SOURCE]):
        files[SOURCE] = source
    elif metadata == dict(latest.metadata):
        return
    tries = 0
    while True:
        releases = await here.store.programs.releases(program.id)
        version = next_version([release.version for release in releases])
        try:
            await publish(here, caller, {**metadata, "version": version}, files)
            break
        except (HttpRefusal, ConflictError) as err:
            tries += 1
            if tries == _TRIES or not _is_overtaken(err):
                raise


def next_version(versions: list[str]) -> str:
    """Return the patch version after the highest.

    >>> next_version(["1.0.9", "1.0.10"])
    '1.0.11'
    """
    numbers, _, _ = version_key(max(versions, key=version_key))
    major, minor, patch = numbers
    return f"{major}.{minor}.{patch + 1}"


def _changed(current: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    changed = {**current, **changes}
    if "cost" in changed:
        changed["max_execution_time"] = changed.pop("cost")
    if "spec" in changes:
        given, _ = modernise({"spec": changes["spec"]}, lenient=True)
        empty: dict[str, Any] = {part: {} for part in current.get("spec", {})}
        changed["spec"] = {**empty, **given["spec"]}
    return changed


def _is_overtaken(err: HttpRefusal | ConflictError) -> bool:
    code = err.code if isinstance(err, HttpRefusal) else err.reason
    return code == "version_exists"


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and path != folder / METADATA
    }


def _read(content: bytes | Path) -> bytes:
    return content.read_bytes() if isinstance(content, Path) else content


def _bundle(spool_dir: Path, contents: Mapping[str, bytes | Path]) -> Upload:
    with tempfile.NamedTemporaryFile(
        dir=spool_dir, prefix="upload-", suffix=".zip", delete=False
    ) as file:
        path = Path(file.name)
    try:
        info = write_bundle(contents, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Upload(path, info.digest, info.size)
