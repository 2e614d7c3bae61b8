"""JSON files with tokens in them: for their owner only, replaced in one step."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read", "write"]


def read(path: Path) -> dict[str, Any] | None:
    """The object in a file; empty when there is no file, None when it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        # Not passed on: its text would show a piece of the file, a token perhaps.
        return None
    return content if isinstance(content, dict) else None


def write(path: Path, content: Mapping[str, Any], *, indent: int = 2) -> None:
    """Replace the file; mkstemp makes it 0600 from its first byte."""
    text = json.dumps(content, indent=indent, sort_keys=True) + "\n"
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
