"""A value that must not be seen in a log, a traceback or a repr."""

from __future__ import annotations

import hmac

__all__ = ["Secret"]

_MASK = "********"


class Secret:
    """A token whose text comes out only through :meth:`reveal`.

    >>> print(Secret("qrt_abc"))
    ********
    """

    __slots__ = ("_text",)

    def __init__(self, text: str | Secret) -> None:
        self._text: str = text.reveal() if isinstance(text, Secret) else text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret('{_MASK}')"

    def __str__(self) -> str:
        return _MASK

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError(
            "A Secret is not pickled: a pickle would hold it in clear text."
        )
