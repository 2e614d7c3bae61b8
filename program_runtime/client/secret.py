"""A value that must not be seen in a log, a traceback or a repr."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Secret"]

_MASK = "********"


class Secret:
    """A token whose text comes out only through :meth:`reveal`.

    >>> print(Secret("qrt_abc"))
    ********

    Args:
        text: The text; or a function that gets it, called when it is first needed.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str | Secret | Callable[[], str]) -> None:
        if isinstance(text, Secret):
            text = text._text  # noqa: SLF001 - one class
        self._text: str | Callable[[], str] = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        if not isinstance(self._text, str):
            self._text = self._text()
        return self._text

    def __repr__(self) -> str:
        return f"Secret('{_MASK}')"

    def __str__(self) -> str:
        return _MASK

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.reveal().encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __reduce__(self) -> str:
        raise TypeError(
            "A Secret is not pickled: a pickle would hold it in clear text."
        )
