"""Which service a command talks to, and how it is reached."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _settings
from toolkit.errors import NotAuthorisedError, ToolkitError

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
        ToolkitError: The profile does not exist, or half of it is missing.
    """
    from program_runtime.client.api import ServiceApi  # noqa: PLC0415

    url, token = os.environ.get("QRT_URL"), os.environ.get("QRT_TOKEN")
    if url and profile is None:
        if not token:
            raise NotAuthorisedError(
                "QRT_URL is set but QRT_TOKEN is not.",
                hint="export QRT_TOKEN, or unset QRT_URL to use a stored profile",
            )
        return ServiceApi(url, token)
    name = profile or _settings.resolve("profile", default=None).value or _default()
    if name == "local":
        return _local(out)
    stored = _stored(name)
    return ServiceApi(stored.url, stored.token)


def data_dir() -> Path | None:
    """Find the local service's data directory: ``QRT_DATA_DIR``, or its default."""
    chosen = os.environ.get("QRT_DATA_DIR")
    return Path(chosen) if chosen else None


def _default() -> str:
    from program_runtime.client import profiles  # noqa: PLC0415

    return profiles.current(_settings.config_dir()) or "local"


def _local(out: Output) -> ServiceApi:
    from program_runtime.client import local  # noqa: PLC0415
    from program_runtime.client.api import ServiceApi  # noqa: PLC0415

    found = local.ensure_local_service(
        data_dir(),
        on_start=lambda where: out.say(f"starting a local service ({where})"),
    )
    return ServiceApi(found.url, found.token)


def _stored(name: str) -> Any:
    import difflib  # noqa: PLC0415

    from program_runtime.client import profiles  # noqa: PLC0415

    known = profiles.load(_settings.config_dir())
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        meant = f" Did you mean '{close[0]}'?" if close else ""
        raise ToolkitError(
            f"No stored service is named '{name}'.{meant}",
            hint="qrt login URL --name NAME, or 'qrt profiles' for the list",
        )
    return known[name]
