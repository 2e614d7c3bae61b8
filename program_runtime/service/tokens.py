"""Whose token it is, asked of the store no more often than needed."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from program_runtime.service.access_tokens import looks_like_one
from program_runtime.service.attempts import Attempts
from program_runtime.service.domain import hash_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.service.access_tokens import AccessTokens
    from program_runtime.service.domain import User
    from program_runtime.service.store import Store

__all__ = ["Tokens", "TooManyAttempts"]

log = logging.getLogger(__name__)

_REMEMBERED = 1024


class TooManyAttempts(Exception):  # noqa: N818 - an answer, not an accident
    """An address has sent too many wrong tokens; this one was not looked at."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"try again in {wait_s:.1f} s")
        self.wait_s = wait_s


class Tokens:
    """Finds the user of a token; remembers the answer for a moment.

    Another process may revoke a token in the database, so the memory is short.
    An address that sends wrong tokens has to wait; meanwhile only tokens that were
    right before are looked up for it, so that one guesser does not lock out who
    comes from the same address.
    """

    def __init__(
        self,
        store: Store,
        *,
        access_tokens: AccessTokens | None = None,
        attempts: Attempts | None = None,
        lifetime_s: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._access_tokens = access_tokens
        self._attempts = attempts if attempts is not None else Attempts()
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._known: dict[str, tuple[float, User]] = {}
        self._were_right: OrderedDict[str, None] = OrderedDict()

    async def user(self, token: str, origin: str = "") -> User | None:
        """Return the active user whose token this is.

        The look-up is by the hash of the token, so how long it takes tells
        nothing about how much of a guessed token is right. An access token is
        looked up by the hash that it stands for: it ends with its API token.

        Args:
            token: As it was sent; an API token or an access token.
            origin: The address that it came from, see :func:`attempts.origin_of`.

        Raises:
            TooManyAttempts: Wrong tokens came from there, and this one is new.
        """
        return await self._user(self._hash(token), origin)

    async def user_of_api_token(self, token: str, origin: str = "") -> User | None:
        """As :meth:`user`, for what takes no access token in place of an API token.

        Raises:
            TooManyAttempts: Wrong tokens came from there, and this one is new.
        """
        return await self._user(hash_token(token), origin)

    async def _user(self, token_hash: str, origin: str) -> User | None:
        known = self._known.get(token_hash)
        if known is not None and self._clock() < known[0]:
            return known[1]
        wait_s = self._attempts.wait_s(origin)
        if wait_s > 0 and token_hash not in self._were_right:
            raise TooManyAttempts(wait_s)
        user = await self._store.users.by_token_hash(token_hash)
        if user is None:
            self._failed(token_hash, origin)
        else:
            self._remember(token_hash, user)
        return user

    def forget(self) -> None:
        """Ask the store again: a token was changed here."""
        self._known.clear()

    def _hash(self, token: str) -> str:
        if self._access_tokens is not None and looks_like_one(token):
            verified = self._access_tokens.verify(token)
            if verified is not None:
                return verified[1]
        return hash_token(token)  # of a forged or expired one: nobody's

    def _failed(self, token_hash: str, origin: str) -> None:
        self._known.pop(token_hash, None)
        self._were_right.pop(token_hash, None)
        if self._attempts.failed(origin):
            log.warning("too many wrong tokens from %s: it has to wait", origin)

    def _remember(self, token_hash: str, user: User) -> None:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[token_hash] = (self._clock() + self._lifetime_s, user)
        self._were_right[token_hash] = None
        self._were_right.move_to_end(token_hash)
        if len(self._were_right) > _REMEMBERED:
            self._were_right.popitem(last=False)
