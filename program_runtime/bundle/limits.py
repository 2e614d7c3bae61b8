"""How large a bundle may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["DEFAULT", "BundleLimits", "size_text", "too_large"]

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleLimits:
    """Bounds on an archive and on what comes out of it."""

    archive_bytes: int = 10 * _MIB
    total_bytes: int = 100 * _MIB
    """All files together, unpacked."""
    file_bytes: int = 50 * _MIB
    """One file, unpacked."""
    files: int = 2000
    name_bytes: int = 255
    """A file's whole name, in UTF-8."""
    depth: int = 16
    """How many parts a name may have."""
    source_bytes: int = _MIB
    """program.py and program.json, each."""


DEFAULT: Final = BundleLimits()


def size_text(size: int) -> str:
    """Return a size as people read it, with the exact number."""
    if size < _MIB:
        return f"{size:,} bytes"
    return f"{size / _MIB:.1f} MiB ({size:,} bytes)"


def too_large(size: int, limit: int) -> str:
    """Return the message for an archive over its limit."""
    return f"The bundle has {size_text(size)}, the limit is {size_text(limit)}."
