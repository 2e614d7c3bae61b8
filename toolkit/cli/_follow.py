"""Stay with a job until it is final, or until Ctrl-C: the job goes on."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from toolkit.cli import _at_fault, _exits, _stream, _target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.cli._output import Output


def detached(job_id: str, again: str) -> _exits.Interrupted:
    """Make what Ctrl-C ends a command with: the job goes on, and how to come back."""
    return _exits.Interrupted(
        f"Detached; {job_id} goes on.", hint=f"Come back with `{again}`."
    )


@contextlib.contextmanager
def detaching(job_id: str, again: str) -> Iterator[None]:
    """Let Ctrl-C end the command and not the job.

    Raises:
        Interrupted: Ctrl-C.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise detached(job_id, again) from None


def to_the_end(
    api: _target.Jobs,
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
        Stop: The job did not complete.
        Interrupted: Ctrl-C detached.
    """
    watcher = _stream.Watcher(
        out,
        plot=plot,
        interim_is_data=not (with_result or plot),
        fetch=lambda event: _stream.payload(api, job_id, event),
    )
    stream = _target.stream(api, job_id, after=after)
    try:
        for event in stream:
            watcher.see(event)
    except KeyboardInterrupt:
        watcher.end()
        at = _target.flags_of(api)
        again = f"qrt follow {job_id} --after {stream.last_seq}{at}"
        raise detached(job_id, again) from None
    watcher.end()
    _conclude(api, job_id, out, with_result=with_result)


def _conclude(
    api: _target.Jobs, job_id: str, out: Output, *, with_result: bool
) -> None:
    """Say how a final job ended; print its result where that is the answer."""
    job = api.job(job_id)
    status = job["state"]["status"]
    failure = _stream.Failure.of(job.get("failure"))
    out.say(f"{job_id} {status}")
    if out.as_json:
        out.line(_stream.outcome_json(status, failure))
    elif status == "Completed" and with_result:
        out.data(None, api.results(job_id).text or "null")
    if status != "Completed":
        failure.tell(out)
        _at_fault.explain(api, job_id, failure, out)
        raise _exits.Stop(failure.exit_code(status))
