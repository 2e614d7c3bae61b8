"""``qrt job``: keep what a job was in one file, and read it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli import _completion, _groups, _records, _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.group("job", cls=_groups.SuggestingGroup)
def command() -> None:
    """Keep what a job was in one file, and read it back."""


@command.command("export")
@click.argument("job_id", metavar="JOB", shell_complete=_completion.jobs)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it; by default JOB.zip in this folder.",
)
@_service.option
@speaks
def export(*, job_id: str, output: Path | None, out: Output) -> None:
    """Write the capsule of JOB: all that its result depends on, and the result.

    The same job makes the same bytes. The program's source is in it if you may read
    it, else its digest; tokens never are.
    """
    from toolkit import provenance  # noqa: PLC0415 - HTTP and more

    record = provenance.ServiceJob(_service.connect(out), job_id)
    target = output or Path(f"{job_id}.zip")
    parts = provenance.write_capsule(record, target)
    size = target.stat().st_size
    told = {"path": str(target), "job_id": job_id, "size": size, "parts": list(parts)}
    out.data(told, str(target))
    if "bundle.zip" not in parts:
        out.say("without the source, which is not yours to read: its digest is there")
    out.say(f"run it at home: qrt run --from-job {target}")


@command.command("show")
@click.argument("job", metavar=_records.METAVAR, shell_complete=_completion.jobs)
@_service.option
@speaks
def show(*, job: str, out: Output) -> None:
    """Show what the result of a job depends on: versions, seed, digests, limits."""
    from toolkit import provenance  # noqa: PLC0415 - HTTP and more

    facts = provenance.facts_of(_records.open_record(job, out))
    rows = [(name, _records.shown(value)) for name, value in facts.items()]
    out.data(facts, out.table(("FACT", "VALUE"), rows))
