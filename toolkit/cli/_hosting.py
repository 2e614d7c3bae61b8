"""What the commands for operators need of the service's own package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.errors import Problem
from toolkit.cli import _exits
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.service import Settings


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
