"""What a shell may complete: names found on this machine, in no time."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import click

    _Names = Callable[[click.Context], Mapping[str, str] | Iterable[str]]
    _Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(names: _Names) -> _Completer:
    """Offer the names that begin as the word does; whatever fails offers nothing."""

    @functools.wraps(names)
    def complete(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        del parameter
        try:
            found = names(context)
        except Exception:  # noqa: BLE001 - a shell must not see a traceback on TAB
            return []
        helps = found if isinstance(found, dict) else dict.fromkeys(found)
        return [
            CompletionItem(name, help=text)
            for name, text in helps.items()
            if name.startswith(incomplete)
        ]

    return complete


@_completer
def backends(context: click.Context) -> Mapping[str, str]:
    """Offer the backends of this machine."""
    del context
    from program_runtime.backends import catalog  # noqa: PLC0415 - on TAB only

    return {info.name: info.description for info in catalog.known()}


@_completer
def profiles(context: click.Context) -> Mapping[str, str]:
    """Offer the stored services."""
    del context
    from program_runtime.client import profiles as stored  # noqa: PLC0415
    from toolkit.cli import _settings  # noqa: PLC0415 - it imports us

    known = stored.load(_settings.config_dir())
    return {name: profile.url for name, profile in known.items()}


@_completer
def samples(context: click.Context) -> Iterable[str]:
    """Offer the sample inputs of the project."""
    from toolkit.cli import _here  # noqa: PLC0415 - on TAB only

    # Where the option still lacks its value, click has not yet read the directory.
    unread = (word for word in context.args if Path(word).is_dir())
    folder = next(unread, context.params.get("directory"))
    found = _here.find(Path(folder or "."))
    return found.samples if found else ()


@_completer
def programs(context: click.Context) -> Iterable[str]:
    """Offer the program of the project: the others are known to the service only."""
    del context
    from toolkit.cli import _here  # noqa: PLC0415 - on TAB only

    found = _here.find()
    return [found.program] if found and found.program else ()


@_completer
def templates(context: click.Context) -> Iterable[str]:
    """Offer the templates that come with the toolkit."""
    del context
    from toolkit.project import built_in  # noqa: PLC0415 - on TAB only

    return built_in()
