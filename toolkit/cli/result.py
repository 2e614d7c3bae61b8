"""``qrt result``: a job's result, waiting for it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from program_runtime.errors import RuntimeJobTimeoutError
from toolkit.cli import _exits, _service, _stream
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output

LONGEST_WAIT_S = 30.0


@click.command("result")
@click.argument("job_id")
@click.option("--timeout", type=float, metavar="S", help="Wait no longer than this.")
@click.option("--save", type=click.Path(path_type=Path), help="Write the result here.")
@_service.option
@speaks
def command(
    *,
    job_id: str,
    timeout: float | None,
    save: Path | None,
    profile: str | None,
    out: Output,
) -> None:
    """Print the result of JOB_ID as JSON; wait until the job is final."""
    api = _service.connect(profile, out)
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        left = LONGEST_WAIT_S if deadline is None else deadline - time.monotonic()
        job = api.job(job_id, wait_s=max(0.0, min(left, LONGEST_WAIT_S)))
        status = job["state"]["status"]
        if status not in ("Queued", "Running"):
            break
        if deadline is not None and time.monotonic() >= deadline:
            raise RuntimeJobTimeoutError(
                f"{job_id} is still {status} after {timeout} s.",
                hint=f"it goes on; ask again: qrt result {job_id}",
            )
    if status != "Completed":
        failure = job.get("failure") or {"code": None, "message": None}
        if out.as_json:
            out.line({"type": "outcome", "status": status, "failure": failure})
        out.say(f"{job_id} {status}")
        _stream.say_failure(
            failure["code"], failure["message"], failure.get("traceback"), out
        )
        raise _exits.Stop(_stream.exit_code(status, failure["code"]))
    text = api.results(job_id).text or "null"
    if save is not None:
        save.write_text(text, encoding="utf-8")
        out.say(f"result written to {save}")
    else:
        click.echo(text)
