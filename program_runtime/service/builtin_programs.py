"""The programs that come with the toolkit, published when the service starts."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime.bundle import write_bundle
from program_runtime.primitives import builtin
from program_runtime.service.domain import (
    BUILTIN_OWNER,
    ConflictError,
    Release,
    Visibility,
)

if TYPE_CHECKING:
    from program_runtime.primitives import Builtin
    from program_runtime.service.store import BlobStore, Store

__all__ = ["publish_builtin_programs"]

log = logging.getLogger(__name__)

_DIGEST = "x-sources"
"""In the metadata: tells whether a release holds these sources, without a bundle."""
_DIGITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    name: str
    program: bytes
    metadata: dict[str, Any]
    digest: str


async def publish_builtin_programs(
    store: Store, blobs: BlobStore, spool_dir: Path
) -> None:
    """Publish what is new among the built-in programs; else only look.

    A program of somebody else under one of their names stays as it is, and an error
    in the log says so.

    Args:
        store: Is open.
        blobs: Take the bundles.
        spool_dir: Where bundles are written.

    Raises:
        StorageError: The disk fails.
    """
    version = metadata.version("qiskit-program-toolkit")
    for sources in await asyncio.to_thread(lambda: [*map(_read, builtin())]):
        found = await store.programs.releases(sources.name)
        same = [each for each in found if each.metadata.get(_DIGEST) == sources.digest]
        if any("latest" in each.labels for each in same):
            continue
        if same:
            # The toolkit went back to what it was before.
            await store.programs.set_label(sources.name, "latest", same[0].version)
            continue
        taken = any(release.version == version for release in found)
        own = f"{version}+{sources.digest[:_DIGITS]}" if taken else version
        release = await asyncio.to_thread(_bundle, sources, own, blobs, spool_dir)
        await _publish(store, release)


async def _publish(store: Store, release: Release) -> None:
    try:
        await store.programs.publish(
            release,
            owner=BUILTIN_OWNER,
            description=str(release.metadata["description"]),
            visibility=Visibility.PUBLIC,
            labels=["latest"],
        )
    except ConflictError as err:
        log.error(  # noqa: TRY400 - no traceback: it is not our mistake
            "the built-in program %r is missing: %s", release.program_id, err
        )


def _read(program: Builtin) -> _Sources:
    source = (program.folder / "program.py").read_bytes()
    text = (program.folder / "program.json").read_bytes()
    return _Sources(
        name=program.name,
        program=source,
        metadata=json.loads(text),
        digest=hashlib.sha256(source + b"\0" + text).hexdigest(),
    )


def _bundle(
    sources: _Sources, version: str, blobs: BlobStore, spool_dir: Path
) -> Release:
    content = {**sources.metadata, "version": version, _DIGEST: sources.digest}
    files = {
        "program.json": (json.dumps(content, indent=2) + "\n").encode(),
        "program.py": sources.program,
    }
    with tempfile.TemporaryDirectory(dir=spool_dir) as folder:
        info = write_bundle(files, Path(folder) / "bundle.zip")
        blobs.put_file(info.path, info.digest)
    return Release(
        program_id=sources.name,
        version=version,
        digest=info.digest,
        size=info.size,
        metadata=content,
        created=datetime.now(UTC),
        published_by=BUILTIN_OWNER,
    )
