"""What helps beside the traceback: the inputs of a failed run, and its repetition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.errors import ProgramRuntimeError
from toolkit.cli import _show, _target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.cli._output import Output
    from toolkit.cli._stream import Failure


def explain(api: _target.Jobs, job_id: str, failure: Failure, out: Output) -> None:
    """Say what a failed job was given, and the command that runs it at home.

    Args:
        api: Where the job ran.
        job_id: The job.
        failure: Why it failed; that of a cancelled job has no code.
        out: Where words go; JSON has the failure in its outcome.
    """
    from program_runtime.client.endings import (  # noqa: PLC0415 - HTTP
        NOT_OF_THE_PROGRAM,
    )

    is_ours = not _target.flags_of(api)
    if failure.code in {None, *NOT_OF_THE_PROGRAM} or out.as_json or not is_ours:
        return
    try:
        inputs = _show.decoded(api.inputs(job_id))  # type: ignore[union-attr]
    except ProgramRuntimeError:  # deleted meanwhile, perhaps; the failure is said
        inputs = None
    if isinstance(inputs, dict):
        show_inputs(inputs, out)
    out.say(f"run it at home: qrt run --from-job {job_id}")


def show_inputs(inputs: Mapping[str, Any], out: Output) -> None:
    """Say with which inputs it failed, in a few words each."""
    if inputs and not out.as_json:
        out.say(f"  inputs: {_show.message(inputs)}")
