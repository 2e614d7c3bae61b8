"""``qrt config``: the settings, and where each comes from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _groups, _here, _service, _settings
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.cli._output import Output

_Row = tuple[str, Any, str]


@click.group("config", cls=_groups.SuggestingGroup)
def command() -> None:
    """Show the settings that commands would use here, and where each comes from.

    Each can be made by a flag, by an environment variable QRT_..., in the table
    [tool.qrt] of the program's pyproject.toml, or in config.toml of the user's
    folder; the first of these that says something holds.
    """


@command.command("show")
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@speaks
def show(*, origin: bool, out: Output) -> None:
    """Show every setting as it holds here; the token is not shown."""
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
        found = _settings.from_environment(name) or _settings.from_files(name, below)
        if name == "profile":
            choice = _service.choose(found)
            yield name, choice.profile, choice.origin
            yield "url", choice.account.url, choice.origin
        else:
            yield name, found.value, found.origin


def _places() -> Iterator[_Row]:
    from program_runtime.client import locations  # noqa: PLC0415

    token = os.environ.get("QRT_TOKEN")
    origin = "QRT_TOKEN" if token else "the stored service"
    yield "token", "(set)" if token else None, origin
    folders = {
        "data-dir": locations.default_data_dir,
        "config-dir": _settings.config_dir,
    }
    for name, default in folders.items():
        chosen = os.environ.get(_settings.variable(name))
        origin = _settings.variable(name) if chosen else _settings.DEFAULT
        yield name, chosen or str(default()), origin
