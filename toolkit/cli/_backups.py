"""What the commands for backups say of one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from program_runtime.service.backup import Contents

_STEP = 1000


def to_json(contents: Contents) -> dict[str, Any]:
    """Give the JSON form of what a backup holds."""
    return {**dataclasses.asdict(contents), "files": sorted(contents.files)}


def in_words(contents: Contents) -> str:
    """Say in a line what a backup holds."""
    from program_runtime.service.backup import counted  # noqa: PLC0415 - the service's

    parts = (
        counted(contents.jobs, "job"),
        counted(contents.releases, "release"),
        counted(contents.users, "user"),
        counted(contents.blobs, "blob"),
        size(contents.size_bytes),
    )
    return ", ".join(parts)


def size(count: float) -> str:
    """Say a number of bytes in the unit that people would use."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < _STEP:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= _STEP
    return f"{count:.1f} TB"
