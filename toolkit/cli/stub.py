"""``qrt stub``: a typed function for callers of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _reference, _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("stub")
@_reference.argument
@_service.option
@speaks
def command(*, program: _reference.Reference, out: Output) -> None:
    """Print a Python function that runs PROGRAM, typed as its inputs are.

    The function runs the release that PROGRAM names now, also when there are others.
    """
    from program_runtime import metadata  # noqa: PLC0415
    from toolkit.project import caller_stub  # noqa: PLC0415

    api = _service.connect(out)
    release = api.release(program.name, program.ref or "latest")
    parsed = metadata.parse_metadata(release["metadata"], strict_version=False)
    source = caller_stub.stub_source(
        program.name,
        str(release["version"]),
        parsed.description,
        parsed.spec.get("parameters") or {},
    )
    told = {"program": program.name, "version": release["version"], "source": source}
    out.data(told, source.rstrip())
