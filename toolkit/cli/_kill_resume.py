"""``qrt test --kill-resume``: kill the program, resume it, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _exits, _local_run, _stream, check
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from toolkit.cli._output import Output
    from toolkit.harness.interruption import Interruption, Trial

_KILLS = 3


class _Count(click.ParamType[int]):
    """How often to kill; a folder in its place was meant as DIRECTORY."""

    name = "count"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read a number of kills."""
        try:
            count = int(value)
        except ValueError:
            self.fail(
                f"{value!r} is no number of kills; write DIRECTORY before the option.",
                param,
                ctx,
            )
        if count < 1:
            self.fail(f"{count} is less than one kill.", param, ctx)
        return count


option = click.option(
    "--kill-resume",
    "kills",
    is_flag=False,
    flag_value=str(_KILLS),
    type=_Count(),
    metavar="[N]",
    help="In place of the tests: kill the program N times (3) at random iterations, "
    "resume it from its checkpoint, compare with an undisturbed run.",
)


def test(request: _local_run.Request, kills: int, out: Output) -> None:
    """Kill and resume the project's program, and say what differs.

    Raises:
        Stop: The program failed, or a resumed run differs.
    """
    from toolkit import project as projects  # noqa: PLC0415
    from toolkit.harness import interruption  # noqa: PLC0415

    project = projects.load_project(request.directory)
    prepared = _local_run.prepare(request, project, out)
    with _local_run.speaking_of_inputs(prepared):
        trial = interruption.kill_and_resume(
            project,
            prepared.chosen.values,
            kills=kills,
            on_interruption=lambda seen: _say(seen, out),
            **_local_run.arguments(prepared),
        )
    _conclude(trial, prepared.options["seed"], out)


def _say(seen: Interruption, out: Output) -> None:
    how = "killed" if seen.killed else "ended before the kill"
    way = f"{how} after {seen.after}, resumed from checkpoint {seen.checkpoint}"
    if seen.finding is None:
        out.say(f"{way}: the same from there on")
        return
    out.say(f"{way}:")
    out.say(f"  {seen.finding.code} {seen.finding.path}: {seen.finding.message}")
    if seen.finding.hint:
        out.say(f"      {seen.finding.hint}")


def _conclude(trial: Trial, seed: int, out: Output) -> None:
    outcome = trial.undisturbed.outcome
    failure = _stream.Failure(
        code=outcome.code, message=outcome.message, traceback=outcome.traceback
    )
    if out.as_json:
        out.line(_as_json(trial, seed, failure))
    if not trial.undisturbed.ok:
        out.say("The program fails without being killed.")
        failure.tell(out)
        raise _exits.Stop(failure.exit_code(str(outcome.status)))
    if not trial.interruptions:
        for finding in trial.findings:
            out.complain(f"{finding.code}: {finding.message}")
            out.hint(finding.hint or "")
    if trial.findings:
        raise _exits.Stop(ExitCode.FINDINGS)


def _as_json(trial: Trial, seed: int, failure: _stream.Failure) -> dict[str, Any]:
    return {
        "ok": trial.ok,
        "seed": seed,
        "failure": failure.to_dict(),
        "kills": [
            {
                "after": each.after,
                "checkpoint": each.checkpoint,
                "killed": each.killed,
                "ok": each.finding is None,
            }
            for each in trial.interruptions
        ],
        "findings": check.as_json(trial.findings),
    }
