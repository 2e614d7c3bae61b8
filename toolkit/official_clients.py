"""What points IBM's own clients, unmodified, at a service of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["variables", "warnings"]

Client = Literal["current", "retired"]

_CURRENT_PATH = "/experimental/api/v1"
"""The current client rewrites every address that does not say ``experimental``."""
_RETIRED_PATH = "/experimental.cloud"


def variables(
    client: Client,
    *,
    url: str,
    token: str,
    instance: str,
    authority: Path | str | None = None,
) -> Mapping[str, str]:
    """Return environment variables by which a client finds a service.

    Args:
        client: ``current`` is 0.49 and later, ``retired`` 0.8 to 0.15.
        url: Where the service is.
        token: An API token of it.
        instance: The service's instance.
        authority: The file of whom to trust, if the service has its own.
    """
    root = url.rstrip("/")
    path = _CURRENT_PATH if client == "current" else _RETIRED_PATH
    found = {
        "QISKIT_IBM_CHANNEL": "ibm_cloud",
        "QISKIT_IBM_URL": root + path,
        "QISKIT_IBM_INSTANCE": instance,
        "QISKIT_IBM_TOKEN": token,
    }
    if client == "current":
        # Without the first one the token would be sent to IBM.
        found = {
            "IAM_URL": root,
            "GLOBAL_SEARCH_URL": root,
            "GLOBAL_CATALOG_URL": f"{root}/catalog",
            **found,
        }
    if authority is not None:
        found["REQUESTS_CA_BUNDLE"] = str(authority)
        if client == "retired":
            found["WEBSOCKET_CLIENT_CA_BUNDLE"] = str(authority)
    return found


def warnings(
    client: Client, *, url: str, instance: str, environment: Mapping[str, str]
) -> list[str]:
    """Return what will not work as it is, one sentence each.

    Args:
        client: As for :func:`variables`.
        url: Where the service is.
        instance: The service's instance.
        environment: The variables of this process.
    """
    found = []
    if client == "retired" and not url.startswith("https:"):
        found.append(
            "the retired client streams over https alone: interim results and "
            "callbacks need a service with --tls-self-signed or a certificate"
        )
    if client == "retired" and not instance.startswith("crn:"):
        found.append(
            f"the retired client takes no instance that is no CRN, as {instance!r} "
            "is: use its channel ibm_quantum"
        )
    names = {name.lower() for name, value in environment.items() if value}
    if {"http_proxy", "https_proxy", "all_proxy"} & names and "no_proxy" not in names:
        found.append(
            "a proxy is set: if it does not reach the service, put the service's "
            "host into NO_PROXY"
        )
    return found
