"""Tokens in the keyring of the desktop, for those who have one.

It is never needed: where it does not work that is said in the log, and all else goes
on.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["delete", "reader", "store"]

_logger = logging.getLogger(__name__)

_SERVICE = "program_runtime"
_INSTALL = "pip install 'qiskit-program-toolkit[keyring]'"


def store(name: str, token: str) -> bool:
    """Keep the token of a profile; whether the keyring did."""
    try:
        _keyring().set_password(_SERVICE, name, token)
    except Exception as err:  # noqa: BLE001 - backends raise anything
        _logger.warning(
            "The token of %r goes into the file with mode 0600: %s.", name, _why(err)
        )
        return False
    return True


def reader(name: str) -> Callable[[], str]:
    """A function that gets the token of a profile; empty when it can not be had."""

    def read() -> str:
        try:
            token = _keyring().get_password(_SERVICE, name)
        except Exception as err:  # noqa: BLE001 - backends raise anything
            token, why = None, _why(err)
        else:
            why = "the keyring has forgotten it"
        if token is None:
            _logger.warning(
                "The token of %r is not to be had: %s. Give it as token=... or save "
                "the account again.",
                name,
                why,
            )
        return token or ""

    return read


def delete(name: str) -> None:
    """Forget the token of a profile."""
    try:
        _keyring().delete_password(_SERVICE, name)
    except Exception as err:  # noqa: BLE001 - backends raise anything
        _logger.warning(
            "The keyring may still hold the token of %r: %s.", name, _why(err)
        )


def _keyring() -> Any:
    import keyring  # noqa: PLC0415 - an extra, and slow

    return keyring


def _why(error: Exception) -> str:
    if isinstance(error, ImportError):
        return f"there is no package keyring ({_INSTALL})"
    # Not its text, which may hold what it was given.
    return f"the keyring does not work ({type(error).__name__})"
