"""Which service a command talks to, and how it is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.client.api import ServiceApi
    from toolkit.cli._output import Output


def option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--profile``."""
    return click.option(
        "--profile",
        envvar="QRT_PROFILE",
        show_envvar=True,
        metavar="NAME",
        help="The stored service to use; see 'qrt profiles'. "
        "QRT_URL and QRT_TOKEN go before it.",
    )(function)


def connect(profile: str | None, out: Output) -> ServiceApi:
    """Open the way to the chosen service; the local one is started on demand.

    Raises:
        InvalidValueError: The profile does not exist, or half of it is missing.
        ServiceUnreachableError: The local service can not be started.
    """
    from program_runtime.client import accounts, local, profiles  # noqa: PLC0415
    from program_runtime.client.api import ServiceApi  # noqa: PLC0415

    environment = accounts.from_environment()
    config_dir = _settings.config_dir()
    if profile is None and environment.url is None:
        profile = _settings.resolve("profile").value or profiles.current(config_dir)
    wish = accounts.Wish(name=profile, config_dir=config_dir)
    account = accounts.resolve(wish, environment)
    if account.channel == "server":
        return ServiceApi(str(account.url), account.token)
    found = local.ensure_local_service(
        account.data_dir, on_start=lambda where: out.say(f"starting a service: {where}")
    )
    return ServiceApi(found.url, found.token)
