"""One job, from its inputs to its result text."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from program_runtime.execution.child.exhaustion import exhausted
from program_runtime.execution.child.failure import (
    ChildFailure,
    author_traceback,
    describe,
)
from program_runtime.execution.child.job_channel import ChannelSink, JobChannel
from program_runtime.execution.child.loader import check_call, load_main
from program_runtime.execution.child.surroundings import end_log, flush_streams
from program_runtime.execution.frames import FrameKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from qiskit.providers import BackendV2

    from program_runtime.execution.child.assignment import Assignment
    from program_runtime.program import ProgramBackend, UserMessenger

__all__ = ["retire", "run_job"]

_LAST_NICENESS: Final = 10


def run_job(
    job: Assignment,
    inputs: bytearray,
    restored: str | None,
    channel: JobChannel,
    *,
    devices: dict[str, BackendV2] | None = None,
) -> None:
    """Run the program and send its last frame, whatever happens.

    Args:
        job: What to run.
        inputs: Encoded; not looked at until now.
        restored: The encoded checkpoint of an earlier run.
        channel: Where everything goes.
        devices: Backends that earlier jobs of this process have loaded, for it to add
            its own.
    """
    try:
        _run(job, inputs, restored, channel, {} if devices is None else devices)
    except ChildFailure as failure:
        end_log()
        channel.fail(failure)


def retire(channel: JobChannel, give_way: Callable[[int], int]) -> None:
    """Get ready to end, once the last frame is sent.

    Args:
        channel: Whose other end looks at this process first.
        give_way: ``os.nice``, from before the program could patch it: the supervisor
            has the result, tearing this process down is not urgent.
    """
    give_way(_LAST_NICENESS)
    channel.wait_for_hang_up()
    _join_threads()
    flush_streams()


def _run(
    job: Assignment,
    inputs: bytearray,
    restored: str | None,
    channel: JobChannel,
    devices: dict[str, BackendV2],
) -> None:
    # Bound before the program can patch the modules that they come from.
    from program_runtime.codec import encode, wire  # noqa: PLC0415
    from program_runtime.program import UserMessenger  # noqa: PLC0415
    from program_runtime.program.saved_state import pack, unpack  # noqa: PLC0415

    if job.import_only:
        _import(job, channel)
        return
    wire.write_for(wire.Target(job.qpy, "the caller") if job.qpy else None)
    values = _decode_inputs(job, inputs)
    inputs.clear()
    main = load_main(Path(job.program_dir))
    check_call(main, values)
    state, executions = (None, 0) if restored is None else unpack(restored)
    backend = _backend(job, channel, devices, executions=executions)
    sink = ChannelSink(
        channel,
        restored=state,
        stored_state=lambda text: pack(text, backend.executions),
    )
    messenger = UserMessenger(sink)
    value = _call(main, backend, messenger, values, job)
    if value is None and sink.final is not None:
        text = sink.final
    else:
        text = _encode_result(encode, value)
    result = _checked(text, job.limits.result_bytes)
    end_log()
    channel.send(FrameKind.RESULT, result)


def _import(job: Assignment, channel: JobChannel) -> None:
    load_main(Path(job.program_dir))
    end_log()
    channel.send(FrameKind.RESULT, b"null")


def _decode_inputs(job: Assignment, text: bytearray) -> dict[str, Any]:
    from program_runtime.codec import decode  # noqa: PLC0415
    from program_runtime.errors import BadInputsError  # noqa: PLC0415
    from program_runtime.metadata import validate_inputs  # noqa: PLC0415

    try:
        values = decode(bytes(text))
    except Exception as error:
        raise ChildFailure(
            "bad_inputs", f"The inputs can not be decoded: {describe(error)}"
        ) from error
    if not isinstance(values, dict):
        kind = type(values).__name__
        raise ChildFailure(
            "bad_inputs", f"The inputs are of type {kind}, expected a JSON object."
        )
    # Without a schema, too: no input may be called backend or user_messenger.
    problems = validate_inputs(job.parameters, values)
    if problems:
        summary = "The inputs do not fit the program's parameters."
        raise ChildFailure(
            "bad_inputs", str(BadInputsError(summary, problems=problems))
        )
    return values


def _backend(
    job: Assignment,
    channel: JobChannel,
    devices: dict[str, BackendV2],
    *,
    executions: int,
) -> ProgramBackend:
    from program_runtime.program import ProgramBackend  # noqa: PLC0415

    try:
        device = _device(job, channel) if job.brokered else _local(job, devices)
        return ProgramBackend(
            device, shots=job.shots, seed=job.seed, executions=executions
        )
    except Exception as error:
        raise ChildFailure("bad_backend", str(error)) from error


def _local(job: Assignment, devices: dict[str, BackendV2]) -> BackendV2:
    from program_runtime import backends  # noqa: PLC0415

    if job.backend not in devices:
        devices[job.backend] = backends.load(job.backend)
    return devices[job.backend]


def _device(job: Assignment, channel: JobChannel) -> BackendV2:
    """Make one of which this process has no more than the description."""
    from program_runtime.execution.child.broker_line import (  # noqa: PLC0415
        BrokerLine,
    )
    from program_runtime.program.brokered import BrokeredBackend  # noqa: PLC0415

    line = BrokerLine(channel, limit_bytes=job.limits.message_bytes)
    return BrokeredBackend(job.backend, line)


def _call(
    main: Callable[..., Any],
    backend: object,
    messenger: UserMessenger,
    inputs: dict[str, Any],
    job: Assignment,
) -> object:
    from program_runtime.errors import BadInputsError  # noqa: PLC0415

    folder = Path(job.program_dir)
    try:
        return main(backend, messenger, **inputs)
    except BadInputsError as error:
        # A program may find what no schema can say.
        described = describe(error)
        text = described.partition(": ")[2] or described
        raise ChildFailure("bad_inputs", text) from error
    except BaseException as error:
        limit = exhausted(error, job.limits, root=folder, work_dir=job.work_dir)
        raise limit or ChildFailure(
            "program_error", describe(error), author_traceback(error, folder)
        ) from error
    finally:
        messenger.close()


def _encode_result(encode: Callable[..., str], value: object) -> str:
    try:
        return encode(value, name="result")
    except RecursionError as error:
        raise ChildFailure(
            "bad_result", "The result is nested too deeply, or it contains itself."
        ) from error
    except Exception as error:
        message = getattr(error, "message", None) or describe(error)
        raise ChildFailure("bad_result", str(message)) from error


def _checked(text: str, limit: int) -> bytes:
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise ChildFailure(
            "bad_result", f"The result is no valid Unicode text: {error}"
        ) from error
    if len(data) > limit:
        raise ChildFailure(
            "result_too_large",
            f"The result has {len(data)} bytes, the limit is {limit} bytes.",
        )
    return data


def _join_threads() -> None:
    """Wait for the program's threads as a script would; the supervisor sets an end."""
    # What the interpreter calls at its end: it also tells idle pools to finish.
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
