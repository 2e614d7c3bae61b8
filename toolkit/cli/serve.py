"""``qrt serve``: run the service."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli._output import speaks
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("serve")
@click.option("--host", envvar="QRT_HOST", show_envvar=True, help="Default: 127.0.0.1.")
@click.option(
    "--port",
    envvar="QRT_PORT",
    show_envvar=True,
    type=int,
    help="Default: 8000; 0 takes a free one.",
)
@click.option(
    "--data-dir",
    envvar="QRT_DATA_DIR",
    show_envvar=True,
    type=click.Path(path_type=Path),
)
@click.option(
    "--database-url", envvar="QRT_DATABASE_URL", show_envvar=True, metavar="URL"
)
@click.option(
    "--workers",
    envvar="QRT_WORKERS",
    show_envvar=True,
    type=click.IntRange(1),
    help="Jobs that run at once; default: the number of processors.",
)
@click.option(
    "--isolation",
    envvar="QRT_ISOLATION",
    show_envvar=True,
    metavar="LEVEL",
    help="auto, rlimits or none.",
)
@speaks
def command(*, out: Output, **options: Any) -> None:
    """Run the service; one line with its URL says that it is ready."""
    try:
        from program_runtime import service  # noqa: PLC0415

        settings_class, serve = service.Settings, service.serve
    except ModuleNotFoundError as error:
        raise ToolkitError(
            f"The service needs {error.name}, which is not installed.",
            hint="python -m pip install 'qiskit-program-toolkit[service]'",
        ) from error
    given = {name: value for name, value in options.items() if value is not None}
    settings = settings_class(**given)

    def announce(line: str) -> None:
        facts = json.loads((settings.data_dir / "service.json").read_text())
        out.data(facts, line)
        sys.stdout.flush()

    serve(settings, announce=announce)
