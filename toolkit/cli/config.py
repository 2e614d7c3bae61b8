"""``qrt config``: the settings, and where each comes from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _groups, _here, _service, _settings, _target
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from toolkit.cli._output import Output

_Row = tuple[str, Any, str]


@click.group("config", cls=_groups.SuggestingGroup)
def command() -> None:
    """Show the settings that commands would use here, and where each comes from.

    Each can be made by a flag, by an environment variable QRT_..., in the table
    [tool.qrt] of the program's pyproject.toml, or in config.toml of the user's
    folder; the first of these that says something holds.
    """


def _every_setting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the flag of every setting."""
    for name in reversed([*_settings.KEYS]):
        function = _settings.option(name)(function)
    return function


@command.command("show")
@_every_setting
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@speaks
def show(*, origin: bool, out: Output) -> None:
    """Show every setting as it holds here; the token is not shown.

    Flags of other commands may stand here, too: what would hold with them is shown.
    """
    rows = [*_settings_here(out), *_places()]
    answer = {
        name: {"value": value, "origin": where, "variable": _settings.variable(name)}
        for name, value, where in rows
    }
    headings = ("SETTING", "VALUE", "ORIGIN") if origin else ("SETTING", "VALUE")
    lines = [
        (name, "-" if value is None else str(value), where)[: len(headings)]
        for name, value, where in rows
    ]
    out.data({"settings": answer}, out.table(headings, lines))


def _settings_here(out: Output) -> Iterator[_Row]:
    here = _here.find()
    below = _settings.layers(here.settings if here else None, out)
    for name in _settings.KEYS:
        found = _settings.resolve(name, below)
        if name == "profile":
            yield from _connection(found)
        else:
            yield name, found.value, found.origin


def _connection(setting: _settings.Setting) -> Iterator[_Row]:
    """Say which service it is, and whose token opens it; the token is not shown."""
    gateway = _target.stored_gateway(setting)
    if gateway is None:
        choice = _service.choose(setting)
        profile, url, token = choice.profile, choice.account.url, choice.token
        origin = choice.origin
    else:
        profile, url, token = gateway.name, gateway.url, gateway.token
        origin = setting.origin
    yield "profile", profile, origin
    yield "url", url, origin
    of_environment = bool(os.environ.get("QRT_TOKEN"))
    stored = "the stored service" if token else _settings.DEFAULT
    is_set = "(set)" if token or of_environment else None
    yield "token", is_set, "QRT_TOKEN" if of_environment else stored


def _places() -> Iterator[_Row]:
    from program_runtime.client import locations  # noqa: PLC0415

    folders = {
        "data-dir": locations.default_data_dir,
        "config-dir": _settings.config_dir,
    }
    for name, default in folders.items():
        chosen = os.environ.get(_settings.variable(name))
        origin = _settings.variable(name) if chosen else _settings.DEFAULT
        yield name, chosen or str(default()), origin
