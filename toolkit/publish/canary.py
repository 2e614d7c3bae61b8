"""Try a release on inputs that the current one had, before callers get it.

Only jobs of the publisher's own are run again: inputs belong to who sent them, and
nobody's are used to try a program on because they once called it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from program_runtime import codec
from program_runtime.client.submission import INLINE_BYTES
from program_runtime.errors import CodecError, RuntimeJobNotFound
from toolkit.errors import CanaryError
from toolkit.provenance.comparison import Row
from toolkit.provenance.leaves import leaves
from toolkit.provenance.rerun import options_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from toolkit.publish.service import JobRunner

__all__ = ["Stored", "Trial", "stored_jobs", "try_release"]

_PAGE: Final = 200
_LOOKED_AT: Final = 10_000
"""Of the newest jobs: an admin's list holds everybody's."""
_WAIT_S: Final = 20.0
_TAG: Final = "canary"
_ENDED: Final = frozenset(["Completed", "Failed"])
_NOT_THERE: Final = "(not there)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A job of the current release, and the inputs that it had."""

    job: Mapping[str, Any]
    inputs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of one job's inputs under both releases."""

    old: Mapping[str, Any]
    """The job of the current release, as the service describes it."""
    new: Mapping[str, Any]
    """The job of the new one."""
    rows: tuple[Row, ...]
    """What stands in the results, at each place."""

    @property
    def statuses(self) -> tuple[str, str]:
        """How both ended, such as ``Completed`` or ``Failed: program_error``."""
        before, after = map(_status, (self.old, self.new))
        return before, after

    @property
    def breaks(self) -> bool:
        """Whether it completed before and does not any more."""
        before, after = (job["state"]["status"] for job in (self.old, self.new))
        return bool(before == "Completed" != after)

    def differences(self, tolerance: float = 0.0) -> tuple[Row, ...]:
        """Return what differs by more than a part of the greater number."""
        return tuple(row for row in self.rows if not _near(row, tolerance))

    def is_same(self, tolerance: float = 0.0) -> bool:
        """Whether nothing differs: the end, the failure, the result."""
        before, after = self.statuses
        return before == after and not self.differences(tolerance)


def stored_jobs(
    api: JobRunner, *, program: str, digest: str, user: str, count: int
) -> list[Stored]:
    """Find jobs of a release to run again: the newest, each with other inputs.

    Args:
        api: The service.
        program: The program.
        digest: Of the release.
        user: Whose jobs they must be.
        count: How many.

    Raises:
        CanaryError: There are not so many whose inputs are still there.
    """
    found: list[Stored] = []
    seen: set[str] = set()
    lost: list[str] = []
    for job in _ended_jobs(api, program):
        if job["program"]["digest"] != digest or job["user"] != user:
            continue
        try:
            inputs = api.inputs(job["id"])
        except RuntimeJobNotFound:
            lost.append(str(job["id"]))
            continue
        if inputs in seen:
            continue
        seen.add(inputs)
        found.append(Stored(job=job, inputs=inputs))
        if len(found) == count:
            return found
    raise _too_few(program, found, lost, count)


def try_release(
    api: JobRunner,
    release: str,
    stored: Sequence[Stored],
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Trial]:
    """Run inputs again under a release, with the options and the seeds they had.

    Args:
        api: The service.
        release: ``name@version`` of the new release.
        stored: From `stored_jobs`.
        on_progress: Called with the number of jobs that are done, and of all.

    Returns:
        The trials, in the same order.
    """
    started = [_submit(api, release, each) for each in stored]
    trials = []
    for each, job_id in zip(stored, started, strict=True):
        job = _final(api, job_id)
        rows = _rows(_result(api, each.job), _result(api, job))
        trials.append(Trial(old=each.job, new=job, rows=rows))
        if on_progress is not None:
            on_progress(len(trials), len(stored))
    return trials


def _ended_jobs(api: JobRunner, program: str) -> Iterator[Mapping[str, Any]]:
    offset = 0
    while True:
        page = api.jobs(limit=_PAGE, offset=offset, program=program, pending=False)
        for job in page["jobs"]:
            if job["state"]["status"] in _ENDED:
                yield job
        offset += len(page["jobs"])
        if not page["jobs"] or offset >= min(page["count"], _LOOKED_AT):
            return


def _too_few(
    program: str, found: Sequence[Stored], lost: Sequence[str], count: int
) -> CanaryError:
    wanted = f"{count} different inputs are" if count > 1 else "1 input is"
    there = f"{len(found)} job{'s' * (len(found) > 1)}" if found else "no job"
    deleted = f"; the inputs of {', '.join(lost[:3])} were deleted" if lost else ""
    smaller = f"Publish with --canary {len(found)}, or run" if found else "Run"
    return CanaryError(
        f"{wanted} asked for, and you have {there} of the current release whose inputs "
        f"are still there{deleted}.",
        hint=f"{smaller} it on the inputs that matter first: qrt submit {program}",
    )


def _submit(api: JobRunner, release: str, stored: Stored) -> str:
    body = {**options_of(stored.job), "program_id": release}
    body["tags"] = [_TAG, f"canary-of:{stored.job['id']}"]
    if len(stored.inputs) > INLINE_BYTES:
        body["inputs_digest"] = api.put_blob(stored.inputs.encode())
    else:
        body["inputs"] = stored.inputs
    return str(api.submit_job(body, idempotency_key=secrets.token_hex(16))["id"])


def _final(api: JobRunner, job_id: str) -> Mapping[str, Any]:
    while True:
        job = api.job(job_id, wait_s=_WAIT_S)
        if job["state"]["status"] not in {"Queued", "Running"}:
            return job


def _result(api: JobRunner, job: Mapping[str, Any]) -> dict[str, Any]:
    if job["state"]["status"] != "Completed":
        return {}
    text = api.results(job["id"]).text
    try:
        return {} if text is None else leaves(codec.decode(text), "result")
    except CodecError:  # the program's own encoding
        return {"result": text}


def _rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Row, ...]:
    if not before or not after:
        return ()  # one of them has no result: the status says so
    return tuple(
        Row(
            name=name,
            one=before.get(name, _NOT_THERE),
            other=after.get(name, _NOT_THERE),
        )
        for name in dict.fromkeys((*before, *after))
    )


def _near(row: Row, tolerance: float) -> bool:
    if row.same:
        return True
    difference = row.difference
    return difference is not None and abs(difference) <= tolerance * max(
        abs(row.one), abs(row.other)
    )


def _status(job: Mapping[str, Any]) -> str:
    status = str(job["state"]["status"])
    code = (job.get("failure") or {}).get("code")
    return f"{status}: {code}" if code else status
