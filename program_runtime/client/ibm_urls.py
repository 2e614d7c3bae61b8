"""Addresses as official clients write them: IBM's own, and ours in their words."""

from __future__ import annotations

import urllib.parse

from program_runtime import errors

__all__ = ["HINT", "is_ibms_own", "plain", "refuse_ibms_own"]

_IBMS_OWN = ("quantum-computing.ibm.com", "quantum.ibm.com", "cloud.ibm.com")
_PATHS = ("/experimental.cloud", "/experimental")
_MAGIC_USER = "experimental@"

HINT = (
    "Point it at a service that does: url=..., token=...; or take the one on this "
    "machine, channel='local'. IBM's devices are reached through the backends of "
    "such a service."
)


def is_ibms_own(url: str) -> bool:
    """Whether this is IBM's own platform, not a service that runs programs.

    >>> is_ibms_own("https://us-east.quantum-computing.cloud.ibm.com")
    True
    """
    host = _host(url)
    return any(host == own or host.endswith(f".{own}") for own in _IBMS_OWN)


def refuse_ibms_own(url: str) -> None:
    """Refuse IBM's own platform in words.

    Raises:
        InvalidValueError: The url is IBM's.
    """
    if is_ibms_own(url):
        raise errors.InvalidValueError(
            f"{_host(url)} is IBM's own service, which takes no programs any more.",
            hint=HINT,
        )


def plain(url: str) -> str:
    """The address of a service, without what keeps official clients from mending it.

    >>> plain("http://127.0.0.1:8000/experimental.cloud/")
    'http://127.0.0.1:8000'
    """
    address = url.strip().rstrip("/").replace(f"//{_MAGIC_USER}", "//", 1)
    address = address.removesuffix("/api/v1").rstrip("/")
    for path in _PATHS:
        address = address.removesuffix(path)
    return address


def _host(url: str) -> str:
    """The host alone: a url may have a password in it."""
    try:
        return urllib.parse.urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
