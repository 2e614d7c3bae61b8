"""Digests: the names of blobs."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from program_runtime.errors import InvalidValueError

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = "sha256:"
_DIGEST = re.compile(_PREFIX + r"([0-9a-f]{64})")


def check_digest(digest: str) -> str:
    """Return the hexadecimal part of a digest.

    Raises:
        InvalidValueError: It is not ``sha256:`` and 64 lower-case hex digits, so
            nothing that could leave a folder becomes part of a path.
    """
    found = _DIGEST.fullmatch(digest)
    if found is None:
        shown = digest if len(digest) <= len(_PREFIX) + 64 else f"{digest[:64]}..."
        raise InvalidValueError(
            f"{shown!r} is not a digest: expected sha256: and 64 hex digits"
        )
    return found[1]


def digest_bytes(data: bytes) -> str:
    """Return the digest of some bytes."""
    return _PREFIX + hashlib.sha256(data).hexdigest()


def verify_file(path: Path, digest: str) -> None:
    """Compare a file with the digest it is said to have.

    Raises:
        InvalidValueError: They differ.
    """
    with path.open("rb") as file:
        actual = _PREFIX + hashlib.file_digest(file, "sha256").hexdigest()
    if actual != digest:
        raise InvalidValueError(
            f"the bytes are not those of the digest: expected {digest}, got {actual}",
            hint="Send it again: it was damaged on its way.",
        )
