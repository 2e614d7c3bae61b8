"""Values with their origin: flag > environment > project > user file > default."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value and where it came from."""

    value: Any
    origin: str


def config_dir() -> Path:
    """Find the folder of the user's files: ``QRT_CONFIG_DIR``, or the system's."""
    if chosen := os.environ.get("QRT_CONFIG_DIR"):
        return Path(chosen)
    import platformdirs  # noqa: PLC0415 - 30 ms that --help need not pay

    return platformdirs.user_config_path("qrt")


def resolve(
    name: str, *, project: Mapping[str, Any] | None = None, default: Any = None
) -> Setting:
    """Find the value of an option that the command line or environment may name.

    Args:
        name: The option's parameter name, as in the command's signature.
        project: ``[tool.qrt]`` of the program's pyproject.toml.
        default: What holds when nobody says anything.

    Returns:
        The value and its origin.

    Raises:
        ToolkitError: The user file is not TOML.
    """
    context = click.get_current_context()
    source = context.get_parameter_source(name)
    given = context.params.get(name)
    if source is click.core.ParameterSource.COMMANDLINE:
        return Setting(value=given, origin=f"--{name.replace('_', '-')}")
    if source is click.core.ParameterSource.ENVIRONMENT:
        return Setting(value=given, origin=f"environment QRT_{name.upper()}")
    key = name.replace("_", "-")
    if project and key in project:
        return Setting(value=project[key], origin="[tool.qrt] in pyproject.toml")
    path = config_dir() / "config.toml"
    user = _read(path)
    if key in user:
        return Setting(value=user[key], origin=str(path))
    return Setting(value=default, origin="default")


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ToolkitError(
            f"{path} is not TOML: {error}", hint="mend or remove the file"
        ) from error
