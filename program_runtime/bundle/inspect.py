"""What a bundle is, without running anything of it.

The service runs ``python -m program_runtime.bundle.inspect FILE`` in a child with
little memory and time, because the archive and the source come from a stranger.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime.bundle import archive, entry_point, writer
from program_runtime.bundle import limits as bundle_limits
from program_runtime.bundle import names as archive_names
from program_runtime.errors import BadBundleError, BadMetadataError, Problem
from program_runtime.metadata import document

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BundleSummary", "inspect_bundle"]

METADATA_NAME = "program.json"
SOURCE_NAME = "program.py"
_FINDINGS = 3
_UNUSABLE = "The bundle can not be used:"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleSummary:
    """A bundle that can be published."""

    metadata: document.ProgramMetadata
    digest: str
    """``sha256:`` and 64 hexadecimal digits, of the archive's bytes."""
    size: int
    files: tuple[str, ...]


def inspect_bundle(
    path: Path, *, limits: bundle_limits.BundleLimits = bundle_limits.DEFAULT
) -> BundleSummary:
    """Return what a bundle holds, if it can be published.

    Args:
        path: The archive.
        limits: What is accepted.

    Raises:
        BadBundleError: The archive, program.json or program.py can not be used;
            all that is wrong is listed.
        OSError: The archive can not be read.
    """
    found: dict[str, bytes] = {}
    with archive.open_archive(path, limits=limits) as opened:
        for name in opened.files:
            # Every file is read, so that none is damaged when it is unpacked.
            keep = name in {METADATA_NAME, SOURCE_NAME}
            keep = keep and opened.size(name) <= limits.source_bytes
            chunks = list(opened.chunks(name)) if keep else _drain(opened, name)
            if keep:
                found[name] = b"".join(chunks)
        names = opened.files
    metadata, problems = _metadata(found, names, limits)
    problems += _source(found, names, limits)
    if metadata is None or problems:
        raise BadBundleError(_UNUSABLE, problems=problems)
    return BundleSummary(
        metadata=metadata,
        digest=writer.digest_file(path),
        size=path.stat().st_size,
        files=names,
    )


def _drain(opened: archive.Archive, name: str) -> list[bytes]:
    for _ in opened.chunks(name):
        pass
    return []


def _metadata(
    found: dict[str, bytes],
    names: tuple[str, ...],
    limits: bundle_limits.BundleLimits,
) -> tuple[document.ProgramMetadata | None, list[Problem]]:
    if METADATA_NAME not in found:
        return None, [_missing(METADATA_NAME, names, limits)]
    try:
        return document.parse_metadata(found[METADATA_NAME]), []
    except BadMetadataError as error:
        problems = [
            Problem(
                path=f"{METADATA_NAME} {problem.path}",
                message=problem.message,
                hint=problem.hint,
            )
            for problem in error.problems
        ]
        whole = Problem(path=METADATA_NAME, message=error.summary)
        return None, problems or [whole]


def _source(
    found: dict[str, bytes],
    names: tuple[str, ...],
    limits: bundle_limits.BundleLimits,
) -> list[Problem]:
    if SOURCE_NAME not in found:
        return [_missing(SOURCE_NAME, names, limits)]
    return entry_point.check_source(found[SOURCE_NAME], path=SOURCE_NAME)


def _missing(
    name: str, names: tuple[str, ...], limits: bundle_limits.BundleLimits
) -> Problem:
    if name in names:
        allowed = bundle_limits.size_text(limits.source_bytes)
        return Problem(path=name, message=f"is too large, {allowed} are allowed")
    nested = [each for each in names if each.endswith(f"/{name}")]
    shown = archive_names.shown(nested[0]) if nested else ""
    hint = f"it must lie at the top, not at {shown}" if nested else None
    return Problem(path=name, message="is missing", hint=hint)


def _report(path: Path) -> dict[str, Any]:
    """Return the inspection as plain values, problems included."""
    try:
        summary = inspect_bundle(path)
    except BadBundleError as error:
        whole = Problem(path="bundle", message=error.summary, hint=error.hint)
        return _refusal(error.problems or [whole])
    except MemoryError:
        message = "takes too much memory to be inspected"
        return _refusal([Problem(path="bundle", message=message)])
    return {
        "ok": True,
        "metadata": summary.metadata.to_dict(),
        "digest": summary.digest,
        "size": summary.size,
        "files": list(summary.files),
    }


def _refusal(problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "ok": False,
        "message": _UNUSABLE,
        "problems": [
            {"path": each.path, "message": each.message, "hint": each.hint}
            for each in problems
        ],
    }


def main(arguments: list[str]) -> int:
    """Print the report on one bundle as a line of JSON.

    Returns:
        0 for a bundle that can be published, 3 for one that can not, 2 for usage.
    """
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m program_runtime.bundle.inspect FILE\n")
        return 2
    report = _report(Path(arguments[0]))
    sys.stdout.write(json.dumps(report) + "\n")
    return 0 if report["ok"] else _FINDINGS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
