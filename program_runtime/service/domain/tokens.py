"""Tokens: shown once, stored as their hash."""

from __future__ import annotations

import hashlib
import secrets

_TOKEN_BYTES = 32


def new_token() -> str:
    """Return 256 random bits as ``qrt_<text>``."""
    return f"qrt_{secrets.token_urlsafe(_TOKEN_BYTES)}"


def hash_token(token: str) -> str:
    """Return what is stored in place of a token.

    A plain hash is enough: a token is random, so there is nothing to guess.
    """
    return hashlib.sha256(token.encode()).hexdigest()
