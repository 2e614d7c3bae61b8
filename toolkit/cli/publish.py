"""``qrt publish``: check, build, compare, upload, verify."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from toolkit.cli import (
    _canary,
    _comparison,
    _completion,
    _gateway,
    _progress,
    _requirements,
    _service,
    _target,
    check,
)
from toolkit.cli._output import speaks
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from toolkit.bundle.comparison import Comparison
    from toolkit.cli._output import Output
    from toolkit.publish import PublishPlan, Trial

_DIFF_LINES: Final = 120
"""Of the differences of the source, before all of them are asked for."""


@click.command("publish")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.option("--dry-run", is_flag=True, help="Say what would happen, upload nothing.")
@click.option(
    "--public", is_flag=True, help="Everyone may run it; the source stays yours."
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="L",
    help="Move this label here.",
    shell_complete=_completion.labels,
)
@click.option("--strict", is_flag=True, help="Warnings stop it, too.")
@click.option(
    "--force", is_flag=True, help="Take a version that is too low for what changed."
)
@_canary.options
@_requirements.upgrade
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
    force: bool,
    canary: int | None,
    canary_tolerance: float | None,
    upgrade: bool,
    yes: bool,
    out: Output,
) -> None:
    """Publish the project in DIRECTORY as an immutable release.

    Credentials and version are checked before anything is built or uploaded; what
    changed since the current release is shown, and must fit the version.
    """
    from toolkit import publish  # noqa: PLC0415
    from toolkit.project import load_project  # noqa: PLC0415

    _canary.check(canary, canary_tolerance)
    project = load_project(directory)
    gateway = _target.gateway(out, project.settings)
    if gateway is not None:
        _gateway.refuse(
            {
                "--public": public,
                "--label": labels,
                "--force": force,
                "--canary": canary,
                "--upgrade": upgrade,
            }
        )
        _gateway.publish(project, gateway, out, dry_run=dry_run, strict=strict, yes=yes)
        return
    api = _service.connect(out, project.settings)
    plan = publish.plan_publish(
        project,
        api,
        out_dir=project.root / "dist",
        strict=strict,
        force=force,
        upgrade=upgrade,
        visibility="public" if public else None,
        labels=labels,
    )
    _tell(plan, out)
    stored = _canary.find(plan, api, canary, out)
    if dry_run and plan.allowed:
        out.data({"dry_run": True, **_plan_json(plan)}, plan.message)
        return
    _agree(plan, yes=yes, out=out)
    _requirements.build(plan.lock, api, out)
    with _progress.Progress(out, "uploading") as progress:
        # A plan that is not allowed is refused here, before anything is sent.
        done = publish.publish(plan, api, hold=bool(stored), on_progress=progress)
    trials: list[Trial] = []
    if stored:
        trials = _canary.run(plan, api, stored, out)
        _canary.judge(plan, trials, out, tolerance=canary_tolerance, yes=yes)
        done = publish.let_go(plan, api, done)
    answer = dataclasses.asdict(done)
    answer["canary"] = _canary.as_json(trials, canary_tolerance)
    out.data(answer, f"{done.program}@{done.version}")
    has_moved = plan.verdict == "new" or stored or done.version == plan.current_version
    is_latest = plan.takes_latest and has_moved
    ref = done.program if is_latest else f"{done.program}@{done.version}"
    out.say(f"verified {done.digest}; run it with: qrt submit {ref}")


def _tell(plan: PublishPlan, out: Output) -> None:
    """Say what the plan found, step by step; errors come with the refusal."""
    for line in check.lines([f for f in plan.findings if f not in plan.errors]):
        out.say(line)
    if plan.user:
        out.say(f"as {plan.user}; current release: {plan.current_version or 'none'}")
    _requirements.tell(plan.lock, out)
    if plan.bundle:
        count, size = len(plan.bundle.files), plan.bundle.size
        out.say(f"bundle: {count} files, {size} bytes, {plan.bundle.digest}")
    if plan.comparison and not out.quiet:
        _tell_comparison(plan, plan.comparison, out)
    elif plan.unread and plan.base:
        out.warn(f"not compared with {plan.base['version']}, {plan.unread}")
    name, version = plan.project.metadata.name, plan.project.metadata.version
    if plan.verdict == "unchanged" and version != plan.current_version:
        move = f"qrt programs label {name} latest {version}"
        out.say(f"latest is {plan.current_version}; to move it: {move}")


def _tell_comparison(plan: PublishPlan, comparison: Comparison, out: Output) -> None:
    """Say what changed since the release that callers have."""
    name, root = plan.project.metadata.name, plan.project.root
    out.say(f"compared with {comparison.old_version}:")
    for line in _comparison.lines(
        comparison, sys.stderr, unread=plan.unread, most=_DIFF_LINES
    ):
        click.echo(f"  {line}", err=True)
    if sum(len(change.diff) for change in comparison.files or ()) > _DIFF_LINES:
        where = "." if root == Path.cwd() else f"{root}{os.sep}"
        out.say(f"all of it: qrt programs diff {name} {comparison.old_version} {where}")


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
        "comparison": _comparison.as_json(plan.comparison, unread=plan.unread)
        if plan.comparison
        else None,
        "findings": check.as_json(plan.findings),
    }


def _agree(plan: PublishPlan, *, yes: bool, out: Output) -> None:
    """Ask a person at a terminal; scripts are taken at their word."""
    if yes or plan.verdict != "new" or not out.asks:
        return
    if not click.confirm("Publish?", default=True, err=True):
        raise ToolkitError("Nothing was published.")
