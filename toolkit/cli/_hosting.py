"""What the commands for operators need of the service's own package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from program_runtime.errors import Problem
from toolkit.cli import _exits, _settings
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.service import Settings


def data_dir(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--data-dir``."""
    return click.option(
        "--data-dir",
        envvar="QRT_DATA_DIR",
        show_envvar=True,
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="The data directory of the service.",
    )(function)


def where(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--data-dir`` and ``--database-url``."""
    with_url = click.option(
        "--database-url",
        envvar="QRT_DATABASE_URL",
        show_envvar=True,
        metavar="URL",
        help="The database of the service, where it is not in the data directory.",
    )(function)
    return data_dir(with_url)


def served_dir(given: Path | None) -> Path:
    """Find the data directory: the one given, the one served now, the usual one.

    Raises:
        InvalidValueError: The stored services can not be read.
    """
    if given is not None:
        return given
    from program_runtime.client import accounts  # noqa: PLC0415

    wish = accounts.Wish(name="local", config_dir=_settings.config_dir())
    return accounts.resolve(wish, accounts.from_environment()).data_dir


def settings(given: Mapping[str, Any]) -> Settings:
    """Make the service's settings: what was given, then the environment.

    Args:
        given: Values of flags; None leaves a setting to the environment.

    Raises:
        ToolkitError: The extra ``service`` is not installed.
        SettingsError: Values can not be used; lists them all.
    """
    try:
        from pydantic import ValidationError  # noqa: PLC0415 - the extra `service`

        from program_runtime import service  # noqa: PLC0415

        kind = service.Settings
    except ModuleNotFoundError as error:
        raise ToolkitError(
            f"The service needs {error.name}, which is not installed.",
            hint="python -m pip install 'qiskit-program-toolkit[service]'",
        ) from error
    try:
        return kind(**{k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        raise _exits.SettingsError(
            "The service can not start with these settings:",
            problems=[
                Problem(
                    path=f"QRT_{'.'.join(map(str, item['loc'])).upper()}",
                    message=f"{item['input']!r}: {item['msg']}",
                )
                for item in error.errors()
            ],
        ) from error
