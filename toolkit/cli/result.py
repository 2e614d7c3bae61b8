"""``qrt result``: a job's result, waiting for it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from program_runtime import escapes
from program_runtime.errors import RuntimeJobTimeoutError
from toolkit.cli import (
    _at_fault,
    _completion,
    _exits,
    _follow,
    _saving,
    _stream,
    _target,
)
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.cli._output import Output

LONGEST_WAIT_S = 30.0


@click.command("result")
@click.argument("job_id", shell_complete=_completion.jobs)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    metavar="S",
    help="Wait no longer than so many seconds; then exit with 7.",
)
@_saving.option
@_target.option
@speaks
def command(
    *, job_id: str, timeout: float | None, save: Path | None, out: Output
) -> None:
    """Print the result of JOB_ID as JSON; wait until the job is final.

    As the program encoded it; with --json in an object beside the job's status.
    """
    api = _target.jobs(out)
    with _follow.detaching(job_id, f"qrt result {job_id}{_target.flags_of(api)}"):
        job = _wait(api, job_id, timeout)
        status = job["state"]["status"]
        failure = _stream.Failure.of(job.get("failure"))
        text = api.results(job_id).text or "null" if status == "Completed" else None
    if text is not None and save is not None:
        _saving.save(text, save, out)
    elif text is not None and not out.as_json:
        out.data(None, text)
    if out.as_json:
        click.echo(_json(job_id, status, failure, text if save is None else None))
    if status != "Completed":
        out.say(f"{job_id} {status}")
        failure.tell(out)
        _at_fault.explain(api, job_id, failure, out)
        raise _exits.Stop(failure.exit_code(status))


def _wait(api: _target.Jobs, job_id: str, timeout: float | None) -> dict[str, Any]:
    """Ask until the job is final.

    Raises:
        RuntimeJobTimeoutError: It took longer than ``timeout``.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        left = LONGEST_WAIT_S if deadline is None else deadline - time.monotonic()
        job = api.job(job_id, wait_s=max(0.0, min(left, LONGEST_WAIT_S)))
        status = job["state"]["status"]
        if status not in ("Queued", "Running"):
            return job
        if deadline is not None and time.monotonic() >= deadline:
            raise RuntimeJobTimeoutError(
                f"{job_id} is still {status} after {timeout:g} s.",
                hint=f"It goes on; ask again: `qrt result {job_id}`.",
            )


def _json(job_id: str, status: str, failure: _stream.Failure, text: str | None) -> str:
    """Lay the result's own text into the object: decoding it could change it."""
    head = {"job_id": job_id, "status": status, "failure": failure.to_dict()}
    if text is None:
        return json.dumps(head)
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        text = json.dumps(text)
    # Line ends stand between values only: within a string JSON has them escaped.
    line = escapes.in_json(text.replace("\r", " ").replace("\n", " "))
    return f'{json.dumps(head)[:-1]}, "result": {line}}}'
