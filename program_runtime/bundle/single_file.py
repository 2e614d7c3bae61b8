"""A bundle from one source file, as programs of the retired service were."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from program_runtime.bundle import entry_point, writer
from program_runtime.errors import BadBundleError
from program_runtime.metadata import document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["single_file_bundle"]


def single_file_bundle(
    source: str, metadata: Mapping[str, Any], target: Path
) -> writer.BundleInfo:
    """Write a bundle of program.py and program.json.

    Args:
        source: The text of program.py.
        metadata: In any form that ``parse_metadata`` reads; a missing version is
            1.0.0.
        target: The archive.

    Raises:
        BadMetadataError: The metadata can not be used.
        BadBundleError: The source has no main, or is too large.
    """
    parsed = document.parse_metadata(metadata, strict_version=False)
    problems = entry_point.check_source(source)
    if problems:
        raise BadBundleError("The program can not be used:", problems=problems)
    text = json.dumps(parsed.to_dict(), indent=2, ensure_ascii=False) + "\n"
    files = {"program.json": text.encode(), "program.py": source.encode()}
    return writer.write_bundle(files, target)
