"""``qrt publish --canary``: try the new release before callers get it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import click

from toolkit.cli import _progress
from toolkit.errors import CanaryError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from program_runtime.client.api import ServiceApi
    from program_runtime.errors import Problem
    from toolkit.cli._output import Output
    from toolkit.publish import PublishPlan, Stored, Trial

_SHOWN: Final = 10


def options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--canary`` and ``--canary-tolerance``."""
    count = click.option(
        "--canary",
        type=click.IntRange(min=1),
        metavar="N",
        help="First run the inputs of your last N jobs of the current release again.",
    )
    tolerance = click.option(
        "--canary-tolerance",
        type=click.FloatRange(min=0),
        metavar="PART",
        help="How far their numbers may move: 0.01 is a hundredth.",
    )
    with_options: Callable[..., Any] = count(tolerance(function))
    return with_options


def check(count: int | None, tolerance: float | None) -> None:
    """Refuse a tolerance for nothing.

    Raises:
        UsageError: It came alone.
    """
    if tolerance is not None and count is None:
        raise UsageError(
            "--canary-tolerance is for the numbers of a canary, and there is none.",
            hint="Add --canary N.",
        )


def find(
    plan: PublishPlan, api: ServiceApi, count: int | None, out: Output
) -> list[Stored]:
    """Find the jobs to run again, before anything is uploaded.

    Returns:
        None of them if no canary is asked for, if the release is the current one
        already, or if the plan goes no further.

    Raises:
        UsageError: There is no current release.
        CanaryError: There are too few jobs with inputs.
    """
    if count is None or not plan.allowed:
        return []
    from toolkit import publish  # noqa: PLC0415

    name, version = plan.project.metadata.name, plan.project.metadata.version
    if plan.base is None:
        raise UsageError(
            f"There is no release before {name} {version} whose jobs could be tried.",
            hint="Leave --canary out.",
        )
    if version == plan.current_version:
        out.say(f"{name}:latest is {version} already: there is nothing to try")
        return []
    stored = publish.stored_jobs(
        api,
        program=name,
        digest=str(plan.base["digest"]),
        user=str(plan.user),
        count=count,
    )
    backends = ", ".join(sorted({str(each.job["backend"]) for each in stored}))
    jobs = f"{len(stored)} of your jobs" if len(stored) > 1 else "one of your jobs"
    out.say(f"canary: {jobs} of {plan.base['version']} to run again, on {backends}")
    return stored


def run(
    plan: PublishPlan, api: ServiceApi, stored: Sequence[Stored], out: Output
) -> list[Trial]:
    """Run the jobs again under the new release.

    Raises:
        CanaryError: The service refuses a job, or does not answer.
    """
    from program_runtime.errors import ProgramRuntimeError  # noqa: PLC0415
    from toolkit import publish  # noqa: PLC0415

    metadata = plan.project.metadata
    release = f"{metadata.name}@{metadata.version}"
    again = "Publish again with --canary to try it once more."
    try:
        with _progress.Progress(out, "canary") as progress:
            return publish.try_release(api, release, stored, on_progress=progress)
    except KeyboardInterrupt:
        out.say(f"{release} is uploaded and held back; its jobs go on. {again}")
        raise
    except ProgramRuntimeError as err:
        raise CanaryError(
            f"{release} is uploaded and held back, for a job could not be run again: "
            f"{err.message}",
            hint=err.hint or again,
        ) from err


def judge(
    plan: PublishPlan,
    trials: Sequence[Trial],
    out: Output,
    *,
    tolerance: float | None,
    yes: bool,
) -> None:
    """Say what changed; let the release go, or hold it back.

    Raises:
        CanaryError: A job fails that did not, or nobody agreed to what changed.
    """
    for line in _lines(trials, tolerance or 0.0):
        out.say(line)
    changed = [trial for trial in trials if not trial.is_same(tolerance or 0.0)]
    broken = [trial for trial in trials if trial.breaks]
    if broken:
        raise _held(plan, broken, f"{_jobs(broken)} completed before and not now")
    if not changed or (yes and tolerance is None):
        return
    version, current = plan.project.metadata.version, plan.current_version
    move = f"Move latest from {current} to {version}"
    question = f"{move if plan.takes_latest else 'Go on'} all the same?"
    if out.asks and not yes and click.confirm(question, default=False, err=True):
        return
    more = "" if tolerance is None else f" by more than {tolerance:g} of their size"
    raise _held(plan, changed, f"the results of {_jobs(changed)} differ{more}")


def as_json(
    trials: Sequence[Trial], tolerance: float | None = None
) -> list[dict[str, Any]]:
    """Give the trials their JSON form."""
    return [
        {
            "job": trial.old["id"],
            "status": trial.statuses[0],
            "new_job": trial.new["id"],
            "new_status": trial.statuses[1],
            "same": trial.is_same(tolerance or 0.0),
            "differences": [
                {
                    "path": row.name,
                    "old": _plain(row.one),
                    "new": _plain(row.other),
                    "difference": _plain(row.difference),
                }
                for row in trial.differences(tolerance or 0.0)
            ],
        }
        for trial in trials
    ]


def _lines(trials: Sequence[Trial], tolerance: float) -> Iterator[str]:
    for trial in trials:
        before, after = trial.statuses
        rows = trial.differences(tolerance)
        told = before if before == after else f"{before} -> {after}"
        same = ", the same result" if trial.is_same() else ""
        if trial.is_same(tolerance) and not same:
            same = f", the same within {tolerance:g}"
        yield f"canary: {trial.old['id']} -> {trial.new['id']}: {told}{same}"
        for row in rows[:_SHOWN]:
            by = "" if row.difference is None else f" ({row.difference:+.6g})"
            yield f"    {row.name}: {_plain(row.one)} -> {_plain(row.other)}{by}"
        if len(rows) > _SHOWN:
            more = f"qrt compare {trial.old['id']} {trial.new['id']}"
            yield f"    and {len(rows) - _SHOWN} more: {more}"


def _held(plan: PublishPlan, trials: Sequence[Trial], reason: str) -> CanaryError:
    name, version = plan.project.metadata.name, plan.project.metadata.version
    return CanaryError(
        f"{name} {version} is uploaded and held back, {reason}; latest stays "
        f"{plan.current_version}.",
        hint=f"If that is as it should be: qrt programs label {name} latest {version}",
        problems=[_problem(trial) for trial in trials],
    )


def _problem(trial: Trial) -> Problem:
    from program_runtime.errors import Problem  # noqa: PLC0415

    before, after = trial.statuses
    told = "other results" if before == after else f"{before} -> {after}"
    old, new = trial.old["id"], trial.new["id"]
    return Problem(path=str(new), message=told, hint=f"qrt compare {old} {new}")


def _jobs(trials: Sequence[Trial]) -> str:
    return f"{len(trials)} job{'s' * (len(trials) > 1)}"


def _plain(value: Any) -> Any:
    # JSON has neither complex numbers nor infinity nor what is no number.
    is_json = not isinstance(value, float) or math.isfinite(value)
    return value if is_json and not isinstance(value, complex) else str(value)
