"""The broker of a service: made where a provider of devices is configured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.backends import plugins
from program_runtime.execution.broker.link import BrokerProcess

if TYPE_CHECKING:
    from program_runtime.service.settings import Settings

__all__ = ["make_broker"]


def make_broker(settings: Settings) -> BrokerProcess | None:
    """Make the broker; its process starts when it is first needed.

    Args:
        settings: With the credentials, which go to that process and nowhere else.

    Returns:
        ``None`` if no provider is configured or installed.
    """
    ibm = _ibm(settings)
    if not ibm and not plugins.providers():
        return None
    return BrokerProcess(
        settings.data_dir / "broker",
        hidden=settings.data_dir,
        settings={"ibm": ibm} if ibm else {},
        secrets=[ibm["token"]] if "token" in ibm else [],
    )


def _ibm(settings: Settings) -> dict[str, Any]:
    file = settings.ibm_account_file
    token = settings.ibm_token
    if file is None and token is None:
        return {}
    given = {
        "token": token.get_secret_value() if token is not None else None,
        "url": settings.ibm_url,
        "instance": settings.ibm_instance,
        "filename": str(file.absolute()) if file is not None else None,
        "name": settings.ibm_account_name,
    }
    return {name: value for name, value in given.items() if value}
