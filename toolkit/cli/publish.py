"""``qrt publish``: check, build, compare, upload, verify."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from toolkit.cli import _service
from toolkit.cli._output import speaks
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from toolkit.cli._output import Output
    from toolkit.publish import PublishPlan


@click.command("publish")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.option("--dry-run", is_flag=True, help="Say what would happen, upload nothing.")
@click.option(
    "--public", is_flag=True, help="Everyone may run it; the source stays yours."
)
@click.option(
    "--label", "labels", multiple=True, metavar="L", help="Move this label here."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@_service.option
@speaks
def command(
    *,
    directory: Path,
    dry_run: bool,
    public: bool,
    labels: tuple[str, ...],
    yes: bool,
    profile: str | None,
    out: Output,
) -> None:
    """Publish the project in DIRECTORY as an immutable release.

    Credentials and version are checked before anything is built or uploaded.
    """
    from toolkit import publish  # noqa: PLC0415
    from toolkit.project import load_project  # noqa: PLC0415

    project = load_project(directory)
    api = _service.connect(profile, out)
    plan = publish.plan_publish(
        project, api, visibility="public" if public else None, labels=labels
    )
    for line in plan.lines():
        out.say(line)
    if dry_run:
        out.data({"dry_run": True, **plan.to_dict()}, plan.verdict)
        return
    _agree(plan, yes=yes, out=out)
    with _Progress(out) as progress:
        done = publish.publish(plan, api, on_progress=progress)
    out.data(done.to_dict(), f"{done.program_id}@{done.version}")
    out.say(f"published {done.digest}; run it with: qrt submit {done.program_id}")


def _agree(plan: PublishPlan, *, yes: bool, out: Output) -> None:
    """Ask a person at a terminal; scripts are taken at their word."""
    if yes or out.as_json or not plan.uploads or not sys.stdin.isatty():
        return
    if not click.confirm("Publish?", default=True, err=True):
        raise ToolkitError("Nothing was published.")


class _Progress:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, sent: int, total: int) -> None:
        if not self._out.live:
            return
        if self._bar is None:
            from rich.console import Console  # noqa: PLC0415 - terminals only
            from rich.progress import Progress  # noqa: PLC0415

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._bar.add_task("uploading", total=total)
        self._bar.update(self._bar.task_ids[0], completed=sent)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
