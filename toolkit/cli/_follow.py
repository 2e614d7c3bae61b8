"""Stay with a job until it is final."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from toolkit.cli import _exits, _stream
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from program_runtime.client.api import ServiceApi
    from toolkit.cli._output import Output


def to_the_end(
    api: ServiceApi,
    job_id: str,
    out: Output,
    *,
    after: int = 0,
    plot: str | None = None,
    with_result: bool,
) -> None:
    """Show a job's events until the last one; leave with its exit code.

    Args:
        api: The service.
        job_id: The job.
        out: Where words go.
        after: The seq of the last event that was already seen.
        plot: A number of the interim results to draw.
        with_result: Print the result as the answer; else interim results are it.

    Raises:
        Stop: The job did not complete, or Ctrl-C detached.
    """
    from program_runtime.client.stream import EventStream  # noqa: PLC0415

    watcher = _stream.Watcher(out, plot=plot, interim_is_data=not (with_result or plot))
    try:
        for event in EventStream(api, job_id, after=after):
            watcher.see(event)
    except KeyboardInterrupt:
        watcher.end()
        out.say(f"detached; {job_id} goes on. Come back with: qrt follow {job_id}")
        raise _exits.Stop(ExitCode.INTERRUPTED) from None
    watcher.end()
    conclude(api, job_id, out, with_result=with_result)


def conclude(api: ServiceApi, job_id: str, out: Output, *, with_result: bool) -> None:
    """Say how a final job ended; print its result where that is the answer."""
    job = api.job(job_id)
    status = job["state"]["status"]
    failure = job.get("failure") or {}
    out.say(f"{job_id} {status}")
    if status == "Completed" and with_result and not out.as_json:
        click.echo(api.results(job_id).text or "null")
    if status != "Completed":
        _stream.say_failure(
            failure.get("code"), failure.get("message"), failure.get("traceback"), out
        )
        raise _exits.Stop(_stream.exit_code(status, failure.get("code")))
