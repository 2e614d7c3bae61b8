"""What a service may be exposed to: refused before anyone can reach it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from program_runtime.errors import ServiceStartError

if TYPE_CHECKING:
    from program_runtime.service.settings import Settings

__all__ = ["check_address", "check_isolation"]

log = logging.getLogger(__name__)

_LEVELS = ("none", "reduced", "strong")
"""From weakest to strongest."""
_NOT_CONFINED = (
    "Programs are NOT confined (isolation none): each can read and change all that "
    "this user can. Let only authors publish whom you trust."
)


def check_address(settings: Settings) -> None:
    """Refuse plain http where others could listen.

    Raises:
        ServiceStartError: The address, or what is said about https, makes no sense.
    """
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise ServiceStartError(
            "A certificate needs its key, and a key its certificate.",
            hint="Give both --tls-cert and --tls-key.",
        )
    if settings.tls_cert is not None and settings.tls_self_signed:
        raise ServiceStartError(
            "There can be one certificate: that of --tls-cert, or one of its own.",
            hint="Leave out --tls-self-signed, or --tls-cert and --tls-key.",
        )
    if not settings.is_loopback() and settings.scheme() == "http":
        raise ServiceStartError(
            f"Plain http on {settings.host} would send tokens and inputs unprotected.",
            hint="Give --tls-cert and --tls-key or --tls-self-signed, or listen on "
            "127.0.0.1.",
        )


def check_isolation(settings: Settings, level: str) -> None:
    """Refuse to run programs of others with too little between them and us.

    Args:
        settings: What is required, and who can reach the service.
        level: The isolation that jobs get, as the executor has found it.

    Raises:
        ServiceStartError: It is too low.
    """
    required = settings.require_isolation
    if _LEVELS.index(level) < _LEVELS.index(required):
        raise ServiceStartError(
            f"Programs would run at the isolation level {level!r}; "
            f"{required!r} is required.",
            hint="`qrt doctor` says what this machine lacks; or require less.",
        )
    if level != _LEVELS[0]:
        return
    if not settings.is_loopback() and settings.isolation != level:
        raise ServiceStartError(
            f"Programs can not be confined here, and others can reach {settings.host}.",
            hint="Listen on 127.0.0.1; or say --isolation none, if every author is "
            "trusted.",
        )
    log.warning(_NOT_CONFINED)
