"""What is in a backup: the description that it begins with.

A backup is a plain tar archive, in this order::

    backup.json              this description
    db.sqlite3               the database as it was at one moment
    owner.token, tls/...     what a data directory keeps in files of their own
    blobs/ab/abcdef...       the blobs that the database refers to
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from program_runtime.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTENTS = "backup.json"
DATABASE = "db.sqlite3"
BLOBS = "blobs"
KEPT_FILES = ("owner.token",)
"""Private files beside the database without which nobody gets in again."""
KEPT_FOLDERS = ("tls",)
"""Flat folders of such files: the authority that clients were told to trust."""
FORMAT = 1

_KEPT = re.compile(
    "|".join(
        [*map(re.escape, (DATABASE, *KEPT_FILES))]
        + [rf"{re.escape(folder)}/(?!\.)[\w.-]+" for folder in KEPT_FOLDERS]
    )
)
_BLOB = re.compile(rf"{BLOBS}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup holds."""

    created: str
    """When the database was copied, ISO 8601 in UTC."""
    version: str
    """Of the package that made it."""
    revision: str
    """Of the database's form."""
    users: int
    programs: int
    releases: int
    jobs: int
    events: int
    blobs: int
    size_bytes: int
    """Of all its files together."""
    files: Mapping[str, str]
    """The digest of each file that is no blob."""

    def to_json(self) -> bytes:
        """Return the form that is written."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Contents:
        """Read what ``to_json`` wrote.

        Raises:
            BackupError: It is something else, or of a newer version.
        """
        try:
            fields = json.loads(text)
            found = fields.pop("format")
            if found != FORMAT:
                raise BackupError(
                    f"The backup has the format {found}, this version reads {FORMAT}.",
                    hint="Upgrade qiskit-program-toolkit.",
                )
            files = {str(k): str(v) for k, v in fields.pop("files").items()}
            return cls(**fields, files=files)
        except (ValueError, TypeError, KeyError, AttributeError) as err:
            raise BackupError(f"{CONTENTS} in the backup can not be read.") from err


def counted(number: int, noun: str) -> str:
    """Say how many there are: ``1 job``, ``2 jobs``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def blob_name(digest: str) -> str:
    """Return the name of a blob in the archive."""
    name = digest.partition(":")[2]
    return f"{BLOBS}/{name[:2]}/{name}"


def digest_in(name: str) -> str | None:
    """Return the digest of the blob of this name; None if it is no blob's."""
    found = _BLOB.fullmatch(name)
    return f"sha256:{found[2]}" if found else None


def is_kept(name: str) -> bool:
    """Whether a file of this name is part of a backup and no blob."""
    return _KEPT.fullmatch(name) is not None
