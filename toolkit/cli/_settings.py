"""Values with their origin: flag > environment > project > user file > default."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from program_runtime.errors import Problem
from toolkit.cli import _completion, _exits, _groups
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from click.shell_completion import CompletionItem

    from toolkit.cli._output import Output

LEVELS = ("auto", "strong", "reduced", "none")
PROJECT = "[tool.qrt] in pyproject.toml"
DEFAULT = "default"
# What `qrt new` wrote down about itself, and what `qrt check` reads.
_NOT_OURS = frozenset({"check", "template"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A setting that can be made in more than one place."""

    kind: click.ParamType[Any]
    help: str
    metavar: str | None = None
    default: Any = None
    complete: Callable[..., Sequence[CompletionItem]] | None = None


KEYS: Mapping[str, Key] = {
    "backend": Key(
        kind=click.STRING,
        help="What the program's circuits run on; see 'qrt backends'.",
        metavar="NAME",
        default="aer_simulator",
        complete=_completion.backends,
    ),
    "shots": Key(
        kind=click.IntRange(1),
        help="How often a circuit runs where the program does not say.",
        metavar="N",
    ),
    "seed": Key(kind=click.IntRange(0), help="Seed of the simulator.", metavar="N"),
    "max-time": Key(
        kind=click.FloatRange(min=0, min_open=True),
        help="End the program after so many seconds.",
        metavar="S",
    ),
    "isolation": Key(
        kind=click.Choice(LEVELS),
        help="How programs are confined; what this machine lacks is refused.",
        default="auto",
    ),
    "plot": Key(
        kind=click.STRING,
        help="Draw this number of the interim results as one live line.",
        metavar="KEY",
    ),
    "profile": Key(
        kind=click.STRING,
        help="The stored service to use; see 'qrt profiles'.",
        metavar="NAME",
        complete=_completion.profiles,
    ),
    "target": Key(
        kind=click.Choice(("service", "qiskit-serverless")),
        help="What is published to and runs jobs; default: what the profile is.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value and where it came from."""

    value: Any
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The settings of one file."""

    origin: str
    values: Mapping[str, Any]


def variable(name: str) -> str:
    """Name the environment variable of a setting."""
    return f"QRT_{name.upper().replace('-', '_')}"


def option(name: str) -> Callable[..., Any]:
    """Give a command the flag of a setting, which `resolve` finds again."""
    key = KEYS[name]
    return click.option(
        f"--{name}",
        type=key.kind,
        envvar=variable(name),
        show_envvar=True,
        metavar=key.metavar,
        help=key.help,
        shell_complete=key.complete,
        expose_value=False,
        callback=_remember,
    )


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    context.meta[f"{__name__}.{parameter.name}"] = value


def config_dir() -> Path:
    """Find the folder of the user's files: ``QRT_CONFIG_DIR``, or the system's."""
    if chosen := os.environ.get("QRT_CONFIG_DIR"):
        return Path(chosen)
    import platformdirs  # noqa: PLC0415 - 30 ms that --help need not pay

    return platformdirs.user_config_path("qrt")


def layers(project: Mapping[str, Any] | None, out: Output) -> list[Layer]:
    """Read the files that can make settings, the strongest first.

    Args:
        project: ``[tool.qrt]`` of the program's pyproject.toml, if there is one.
        out: Hears of names that are no settings.

    Raises:
        ToolkitError: The user file is not TOML.
    """
    path = config_dir() / "config.toml"
    ours = {k: v for k, v in (project or {}).items() if k not in _NOT_OURS}
    found = [
        Layer(origin=PROJECT, values=ours),
        Layer(origin=str(path), values=_read(path)),
    ]
    told = click.get_current_context().meta.setdefault(f"{__name__}.told", set())
    for layer in found:
        for name in layer.values:
            if name not in KEYS and (layer.origin, name) not in told:
                told.add((layer.origin, name))
                meant = _groups.did_you_mean(name, KEYS) or "It has no effect."
                out.warn(f"{layer.origin}: {name!r} is not a setting. {meant}")
    return found


def resolve(name: str, below: Sequence[Layer]) -> Setting:
    """Find the value of a setting for the command that runs now.

    Args:
        name: The setting.
        below: What holds where neither the flag nor the environment says anything.

    Returns:
        The value and its origin.

    Raises:
        SettingsError: A file gives it a value that it can not have.
    """
    context = click.get_current_context()
    parameter = name.replace("-", "_")
    given = context.meta.get(f"{__name__}.{parameter}")
    if is_flagged(name):
        return Setting(value=given, origin=f"--{name}")
    source = context.get_parameter_source(parameter)
    if source is click.core.ParameterSource.ENVIRONMENT:
        return Setting(value=given, origin=variable(name))
    return from_files(name, below)


def is_flagged(name: str) -> bool:
    """Whether the command line itself names the setting."""
    source = click.get_current_context().get_parameter_source(name.replace("-", "_"))
    return source is click.core.ParameterSource.COMMANDLINE


def values(
    names: Sequence[str], project: Mapping[str, Any] | None, out: Output
) -> dict[str, Any]:
    """Find several settings; with ``-v`` each says where it comes from.

    Args:
        names: The settings.
        project: ``[tool.qrt]`` of the program's pyproject.toml, if there is one.
        out: Hears of origins, and of names that are no settings.

    Returns:
        The values, by names that can be arguments of functions.
    """
    below = layers(project, out)
    found = {name: resolve(name, below) for name in names}
    for name, setting in found.items():
        out.detail(f"{name}: {setting.value} ({setting.origin})")
    return {name.replace("-", "_"): setting.value for name, setting in found.items()}


def from_files(name: str, below: Sequence[Layer]) -> Setting:
    """Find a setting in the files, or its default.

    Raises:
        SettingsError: A file gives it a value that it can not have.
    """
    for layer in below:
        if name in layer.values:
            value = _convert(name, layer.values[name], layer.origin)
            return Setting(value=value, origin=layer.origin)
    return Setting(value=KEYS[name].default, origin=DEFAULT)


def from_environment(name: str) -> Setting | None:
    """Find a setting in the environment, as a flag of this name would.

    Raises:
        SettingsError: The variable holds what the setting can not be.
    """
    text = os.environ.get(variable(name))
    if not text:
        return None
    return Setting(value=_convert(name, text, variable(name)), origin=variable(name))


def _convert(name: str, value: Any, origin: str) -> Any:
    """Read a value of a file as if it had been typed: 3.5 is no number of shots."""
    message = f"{value!r} is no plain value."
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            return KEYS[name].kind.convert(str(value), None, None)
        except click.BadParameter as error:
            message = error.message
    where = origin if origin == variable(name) else f"{origin}: {name}"
    problem = Problem(path=where, message=message)
    raise _exits.SettingsError("A setting can not be used:", problems=[problem])


def _read(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    import tomllib  # noqa: PLC0415 - only who has such a file pays

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ToolkitError(
            f"{path} is not TOML: {error}", hint="Mend or remove the file."
        ) from error
