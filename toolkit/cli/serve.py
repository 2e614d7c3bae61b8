"""``qrt serve``: run the service."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _hosting, _settings
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.cli._output import Output


def _option(flag: str, **more: Any) -> Callable[..., Any]:
    variable = _settings.variable(flag.removeprefix("--"))
    return click.option(flag, envvar=variable, show_envvar=True, **more)


_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("serve")
@_option("--host", metavar="ADDRESS", help="Where to listen; default: 127.0.0.1.")
@_option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="0 takes a free one; default: 8000.",
)
@_option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Holds everything that is stored; default: in the user's own files.",
)
@_option(
    "--database-url",
    metavar="URL",
    help="A SQLAlchemy URL; default: SQLite in the data directory.",
)
@_option(
    "--workers",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="Jobs that run at once; default: the number of processors.",
)
@_option("--tls-cert", type=_FILE, metavar="FILE", help="A certificate, for https.")
@_option("--tls-key", type=_FILE, metavar="FILE", help="Its private key.")
@_option(
    "--tls-self-signed",
    is_flag=True,
    help="https with an authority of its own, made in the data directory.",
)
@_option(
    "--isolation",
    type=click.Choice(_settings.LEVELS),
    help="How programs are confined; what this machine lacks is refused.",
)
@_option(
    "--require-isolation",
    type=click.Choice(("none", "reduced", "strong")),
    help="Refuse to start when programs would be confined less.",
)
@_option(
    "--bubblewrap",
    is_flag=True,
    help="Keep the process that programs are forked from in bubblewrap, too.",
)
@_option(
    "--network-programs",
    metavar="IDS",
    help="Programs that may use the machine's network, commas between; default: none.",
)
@click.option(
    "--environments/--no-environments",
    default=None,
    envvar="QRT_ENVIRONMENTS",
    show_envvar=True,
    help="Whether releases may require more than the base environment; they may.",
)
@speaks
def command(*, out: Output, **options: Any) -> None:
    """Run the service; one line with its URL says that it is ready.

    The first start on an empty data directory makes the account 'owner' and stores
    its token for the commands of this user.
    """
    settings = _hosting.settings(options)
    from program_runtime import service  # noqa: PLC0415 - FastAPI and SQLAlchemy
    from program_runtime.service import logs  # noqa: PLC0415

    def announce(line: str) -> None:
        facts = json.loads((settings.data_dir / "service.json").read_text())
        out.data(facts, line)
        sys.stdout.flush()

    levels = (logging.WARNING, logging.INFO, logging.DEBUG)
    with logs.on_stderr(levels[min(out.verbose, 2)]):
        service.serve(settings, announce=announce)
