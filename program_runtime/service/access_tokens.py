"""Access tokens: signed by the service, short-lived, in place of an API token.

Official clients trade their API token for one and read its times; the signature is
ours alone to check. A token holds no secret: the hash that it stands for is there
only under a mask that the signing key makes.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.service.signing_key import SigningKey

__all__ = ["AccessTokens", "looks_like_one"]

_SIGNATURE, _MASK = "access token", "access token's owner"


def looks_like_one(token: str) -> bool:
    """Whether a text has the three parts of a JSON Web Token."""
    return token.count(".") == 2  # noqa: PLR2004


class AccessTokens:
    """Issues JSON Web Tokens (HS256) and takes back only its own.

    Args:
        key: Signs them.
        clock: Seconds since the epoch.
    """

    def __init__(
        self, key: SigningKey, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._key = key
        self._clock = clock
        self._head = _encoded({"alg": "HS256", "typ": "JWT"})

    def issue(self, user_name: str, token_hash: str, lifetime_s: float) -> str:
        """Return a token that stands for an API token for a while.

        Args:
            user_name: Whose it is.
            token_hash: Of the API token: when the user gets another one, or none,
                this one ends as well.
            lifetime_s: How long it is good for at most.
        """
        now, nonce = int(self._clock()), secrets.token_hex(16)
        claims = {
            "sub": user_name,
            "iat": now,
            "exp": now + int(lifetime_s),
            "jti": nonce,
            "ref": self._masked(bytes.fromhex(token_hash), nonce).hex(),
        }
        return self._key.seal(_SIGNATURE, f"{self._head}.{_encoded(claims)}")

    def verify(self, token: str) -> tuple[str, str] | None:
        """Return the user's name and the hash of the API token; None if not valid."""
        signed = self._key.unseal(_SIGNATURE, token)
        head, _, claims = (signed or "").partition(".")
        # The head is compared, not read: nobody chooses how it is checked.
        if head != self._head:
            return None
        read = _decoded(claims)
        if read["exp"] <= self._clock():
            return None
        token_hash = self._masked(bytes.fromhex(read["ref"]), read["jti"])
        return read["sub"], token_hash.hex()

    def _masked(self, value: bytes, nonce: str) -> bytes:
        mask = self._key.sign(_MASK, nonce.encode())
        return bytes(a ^ b for a, b in zip(value, mask, strict=True))


def _encoded(value: dict[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _decoded(text: str) -> dict[str, Any]:
    padding = "=" * (-len(text) % 4)
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + padding))
    return value
