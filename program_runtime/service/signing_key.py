"""The key by which the service knows what it signed itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from program_runtime.errors import StorageError
from program_runtime.service.private_file import write_private

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LEAST_CHARACTERS", "SigningKey"]

LEAST_CHARACTERS = 32
"""Of a key that an operator gives; a shorter one could be guessed."""
_BYTES = 32


class SigningKey:
    """Signs for one purpose at a time: what is signed for one is nothing for another.

    Args:
        path: Of the file that holds the key; made when it is first needed.
        given: The key itself, so that several processes share one.
    """

    def __init__(self, path: Path, *, given: str | None = None) -> None:
        self._path = path
        self._given = given
        self._key: bytes | None = None

    def __repr__(self) -> str:
        return "SigningKey(***)"

    def prepare(self) -> None:
        """Read or make the key.

        Raises:
            StorageError: Its file can not be read or written.
        """
        self._loaded()

    def sign(self, purpose: str, message: bytes) -> bytes:
        """Return 32 bytes that only who has the key can tell.

        Args:
            purpose: What the signature is good for.
            message: What is signed.
        """
        key = hmac.digest(self._loaded(), purpose.encode(), hashlib.sha256)
        return hmac.digest(key, message, hashlib.sha256)

    def seal(self, purpose: str, text: str) -> str:
        """Return the text, a dot, and a signature of the text that fits into a path."""
        signature = self.sign(purpose, text.encode())
        return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def unseal(self, purpose: str, sealed: str) -> str | None:
        """Return the text that was sealed for this purpose; None if it was not."""
        text, _, _ = sealed.rpartition(".")
        # Digests are compared only of what is ASCII.
        genuine = sealed.isascii() and hmac.compare_digest(
            sealed, self.seal(purpose, text)
        )
        return text if genuine else None

    def _loaded(self) -> bytes:
        if self._key is None:
            text = self._given or self._read() or self._make()
            self._key = hashlib.sha256(text.encode()).digest()
        return self._key

    def _read(self) -> str | None:
        try:
            text = self._path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as err:
            raise StorageError(
                f"The signing key {self._path} can not be read: {err}",
                hint="Remove the file: a new key is made, and who is logged in has "
                "to log in again.",
            ) from err
        return text if len(text) >= LEAST_CHARACTERS else None

    def _make(self) -> str:
        text = secrets.token_hex(_BYTES)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as err:
            message = f"{self._path.parent} can not be made: {err.strerror}"
            raise StorageError(message) from err
        write_private(self._path, f"{text}\n")
        return text
