"""What a shell may complete: names of this machine, and of a service that answers."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import click

    _Names = Callable[[click.Context, str], Mapping[str, str] | Iterable[str]]
    _Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _completer(names: _Names) -> _Completer:
    """Offer the names that begin as the word does; whatever fails offers nothing."""

    @functools.wraps(names)
    def complete(
        context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        del parameter
        try:
            found = names(context, incomplete)
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
def backends(context: click.Context, incomplete: str) -> Mapping[str, str]:
    """Offer the backends of this machine."""
    del context, incomplete
    from program_runtime.backends import catalog  # noqa: PLC0415 - on TAB only

    return {info.name: info.description for info in catalog.known()}


@_completer
def profiles(context: click.Context, incomplete: str) -> Mapping[str, str]:
    """Offer the stored services."""
    del context, incomplete
    from program_runtime.client import profiles as stored  # noqa: PLC0415
    from toolkit.cli import _settings  # noqa: PLC0415 - it imports us

    known = stored.load(_settings.config_dir())
    return {name: profile.url for name, profile in known.items()}


@_completer
def samples(context: click.Context, incomplete: str) -> Iterable[str]:
    """Offer the sample inputs of the project."""
    del incomplete
    from toolkit.cli import _here  # noqa: PLC0415 - on TAB only

    # Where the option still lacks its value, click has not yet read the directory.
    unread = (word for word in context.args if Path(word).is_dir())
    folder = next(unread, context.params.get("directory"))
    found = _here.find(Path(folder or "."))
    return list(found.samples) if found else ()


@_completer
def programs(context: click.Context, incomplete: str) -> Mapping[str, str]:
    """Offer the program of the project, those of the service, and their releases."""
    from toolkit.cli import _here, _offers  # noqa: PLC0415 - on TAB only

    for mark, refs in (("@", _offers.versions), (":", _offers.labels)):
        name, found, _ = incomplete.partition(mark)
        if found:
            offered = refs(context, name).items()
            return {f"{name}{mark}{ref}": text for ref, text in offered}
    here = _here.find()
    own = {here.program: "the project here"} if here and here.program else {}
    return {**_offers.programs(context), **own}


@_completer
def jobs(context: click.Context, incomplete: str) -> Mapping[str, str]:
    """Offer the latest jobs of the service."""
    del incomplete
    from toolkit.cli import _offers  # noqa: PLC0415 - on TAB only

    return _offers.jobs(context)


@_completer
def labels(context: click.Context, incomplete: str) -> Mapping[str, str]:
    """Offer the labels of the program."""
    del incomplete
    from toolkit.cli import _offers  # noqa: PLC0415 - on TAB only

    return _offers.labels(context, _program_of(context))


@_completer
def versions(context: click.Context, incomplete: str) -> Mapping[str, str]:
    """Offer the versions of the program."""
    del incomplete
    from toolkit.cli import _offers  # noqa: PLC0415 - on TAB only

    return _offers.versions(context, _program_of(context))


def _program_of(context: click.Context) -> str:
    """Find the program of the command line, or else that of the project."""
    from toolkit.cli import _here  # noqa: PLC0415 - on TAB only

    given = context.params.get("program")
    if given is None:
        folder = context.params.get("directory")
        here = _here.find(Path(folder) if folder else None)
        given = here.program if here else ""
    return str(getattr(given, "name", given) or "")


@_completer
def templates(context: click.Context, incomplete: str) -> Iterable[str]:
    """Offer the templates that come with the toolkit."""
    del context, incomplete
    from toolkit.project import built_in  # noqa: PLC0415 - on TAB only

    return list(built_in())
