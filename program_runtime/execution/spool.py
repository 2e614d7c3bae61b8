"""Large payloads go to a file while they are read, never into memory."""

from __future__ import annotations

import codecs
import hashlib
import tempfile
from pathlib import Path

from program_runtime.execution.events import Blob

__all__ = ["SpooledText", "refuse_nul"]


def refuse_nul(text: str) -> None:
    """Not every database takes NUL in a text, and JSON writes it as an escape.

    Args:
        text: What a program sent.

    Raises:
        ValueError: It contains NUL.
    """
    if "\0" in text:
        raise ValueError("it contains the character NUL")


class SpooledText:
    """A file that takes the pieces of one UTF-8 text and knows its digest."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed by seal or discard
            dir=folder, prefix="payload-", delete=False, buffering=0
        )
        self.path = Path(self._file.name)
        self._hash = hashlib.sha256()
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._size = 0

    def write(self, piece: memoryview) -> None:
        """Add a piece.

        Raises:
            ValueError: The text is not UTF-8, or it contains NUL.
            OSError: The disk refuses it.
        """
        refuse_nul(self._decoder.decode(piece))
        self._hash.update(piece)
        self._size += len(piece)
        while piece:
            piece = piece[self._file.write(piece) :]

    def seal(self) -> Blob:
        """Close the file and describe it.

        Raises:
            UnicodeDecodeError: The text ends inside a character.
        """
        self._decoder.decode(b"", final=True)
        self._file.close()
        digest = f"sha256:{self._hash.hexdigest()}"
        return Blob(path=self.path, digest=digest, size=self._size)

    def discard(self) -> None:
        """Close and remove the file."""
        self._file.close()
        self.path.unlink(missing_ok=True)
