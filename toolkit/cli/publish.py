"""``qrt publish``: check, build, compare, upload, verify."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _gateway, _progress, _service, _target, check
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
@click.option("--strict", is_flag=True, help="Warnings stop it, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_target.option
@speaks
def command(
    *,
    directory: Path,
    dry_run: bool,
    public: bool,
    labels: tuple[str, ...],
    strict: bool,
    yes: bool,
    out: Output,
) -> None:
    """Publish the project in DIRECTORY as an immutable release.

    Credentials and version are checked before anything is built or uploaded.
    """
    from toolkit import publish  # noqa: PLC0415
    from toolkit.project import load_project  # noqa: PLC0415

    project = load_project(directory)
    gateway = _target.gateway(out, project.settings)
    if gateway is not None:
        _gateway.refuse({"--public": public, "--label": labels})
        _gateway.publish(project, gateway, out, dry_run=dry_run, strict=strict, yes=yes)
        return
    api = _service.connect(out, project.settings)
    plan = publish.plan_publish(
        project,
        api,
        out_dir=project.root / "dist",
        strict=strict,
        visibility="public" if public else None,
        labels=labels,
    )
    _tell(plan, out)
    if dry_run and plan.allowed:
        out.data({"dry_run": True, **_plan_json(plan)}, plan.message)
        return
    _agree(plan, yes=yes, out=out)
    with _progress.Progress(out, "uploading") as progress:
        # A plan that is not allowed is refused here, before anything is sent.
        done = publish.publish(plan, api, on_progress=progress)
    out.data(dataclasses.asdict(done), f"{done.program}@{done.version}")
    out.say(f"verified {done.digest}; run it with: qrt submit {done.program}")


def _tell(plan: PublishPlan, out: Output) -> None:
    """Say what the plan found, step by step; errors come with the refusal."""
    for line in check.lines([f for f in plan.findings if f not in plan.errors]):
        out.say(line)
    if plan.user:
        out.say(f"as {plan.user}; current release: {plan.current_version or 'none'}")
    if plan.bundle:
        count, size = len(plan.bundle.files), plan.bundle.size
        out.say(f"bundle: {count} files, {size} bytes, {plan.bundle.digest}")


def _plan_json(plan: PublishPlan) -> dict[str, Any]:
    return {
        "verdict": plan.verdict,
        "message": plan.message,
        "program": plan.project.metadata.name,
        "version": plan.project.metadata.version,
        "user": plan.user,
        "current_version": plan.current_version,
        "digest": plan.bundle.digest if plan.bundle else None,
        "size": plan.bundle.size if plan.bundle else None,
        "labels": list(plan.labels),
        "visibility": plan.visibility,
        "findings": check.as_json(plan.findings),
    }


def _agree(plan: PublishPlan, *, yes: bool, out: Output) -> None:
    """Ask a person at a terminal; scripts are taken at their word."""
    if yes or plan.verdict != "new" or not out.asks:
        return
    if not click.confirm("Publish?", default=True, err=True):
        raise ToolkitError("Nothing was published.")
