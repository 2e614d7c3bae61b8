"""``qrt jobs``: list jobs, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _completion, _groups, _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program_runtime.client.api import ServiceApi
    from toolkit.cli._output import Output


@click.command("jobs")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    metavar="N",
    help="No more than so many.",
)
@click.option(
    "--program",
    metavar="NAME",
    help="Jobs of this program.",
    shell_complete=_completion.programs,
)
@click.option(
    "--backend",
    metavar="NAME",
    help="Jobs on this backend.",
    shell_complete=_completion.backends,
)
@click.option("--tag", "tags", multiple=True, metavar="T", help="Jobs with every tag.")
@click.option(
    "--pending/--final", default=None, help="Only waiting and running, or ended."
)
@_service.option
@speaks
def command(
    *,
    limit: int,
    program: str | None,
    backend: str | None,
    tags: tuple[str, ...],
    pending: bool | None,
    out: Output,
) -> None:
    """List jobs, newest first."""
    api = _service.connect(out)
    page = api.jobs(
        limit=limit, program=program, backend=backend, tags=tags, pending=pending
    )
    headings = ("JOB", "PROGRAM", "BACKEND", "STATUS", "CREATED (UTC)", "TOOK")
    rows = [_row(job) for job in page["jobs"]]
    out.data(page, out.table(headings, rows) if rows else "")
    if page["count"] > len(rows):
        out.say(f"{len(rows)} of {page['count']} jobs; --limit shows more")
    elif not rows and (program or backend or tags or pending is not None):
        out.say("no job fits these filters")
        for meant in _meant(api, program, backend):
            out.hint(meant)
    elif not rows:
        out.say("no jobs yet; submit one with: qrt submit PROGRAM")


def _meant(api: ServiceApi, program: str | None, backend: str | None) -> Iterator[str]:
    """Say what a filter was probably meant to be that names nothing."""
    from program_runtime.errors import RuntimeProgramNotFound  # noqa: PLC0415

    if program is not None:
        try:
            api.program(program)
        except RuntimeProgramNotFound as error:
            yield f"{error.message} {error.hint or ''}".rstrip()
    if backend is not None:
        known = [device["name"] for device in api.backends()]
        if backend not in known:
            meant = _groups.did_you_mean(backend, known) or "`qrt backends` lists them."
            yield f"There is no backend {backend!r}. {meant}"


def _row(job: dict[str, Any]) -> tuple[str, ...]:
    program = f"{job['program']['id']}@{job['program']['version']}"
    status = job["state"]["status"]
    if job.get("failure"):
        status += f" ({job['failure']['code']})"
    usage = job.get("usage") or {}
    took = f"{usage['wall_s']:.2f} s" if usage.get("wall_s") is not None else "-"
    created = job["created"][:19].replace("T", " ")
    return job["id"], program, job["backend"], status, created, took
