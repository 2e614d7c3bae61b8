r"""Runs a program as a job of a Qiskit Serverless gateway: the artifact's ``main.py``.

This file is uploaded as it is. Beside it lie ``release.json`` (what is run),
``program/`` (the bundle's files) and ``runtime/`` (the part of ``program_runtime`` that
a program needs): the gateway's image has Qiskit and Aer, and installs nothing.

Inputs are the gateway's arguments. One more argument, ``backend``, is the name of a
backend, or an object with ``name``, ``shots`` and ``seed``; no program can have an
input of that name. Everything that the program publishes is a line of the log::

    qrt-event {"seq": 1, "time": 1.5, "type": "interim", "data": "{\"energy\": -1.8}"}
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from program_runtime.execution.child.failure import ChildFailure

__all__ = ["MARK", "main"]

MARK = "qrt-event "
"""What a line of the log begins with that is an event."""

_BACKEND = "backend"
_DEFAULT_BACKEND = "aer_simulator"
_OPTIONS = ("name", "shots", "seed")
_KINDS = frozenset({"interim", "metric"})


class EventLog:
    """Writes events as lines; the program's own lines go beside them.

    Args:
        descriptor: An open file; a copy of stdout that the program can not replace.
    """

    restored: str | None = None
    """A gateway keeps no checkpoints."""
    stop_requested = False
    """A gateway has no word for it: it can only kill."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._seq = 0
        self.final: str | None = None

    def send(self, kind: str, text: str) -> None:
        """Take one message of the program; checkpoints would serve nobody."""
        if kind == "result":
            self.final = text
        elif kind in _KINDS:
            self.event(kind, text)

    def event(self, kind: str, text: str) -> None:
        """Write one line, behind what the program has printed so far."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):  # the program may have closed it
                stream.flush()
        with self._lock:
            self._seq += 1
            body = {"seq": self._seq, "time": time.time(), "type": kind, "data": text}
            line = memoryview(f"{MARK}{json.dumps(body)}\n".encode())
            while line:
                line = line[os.write(self._descriptor, line) :]


def main() -> int:
    """Run the program of this folder; the exit code tells the gateway how it went."""
    folder = Path(__file__).resolve().parent
    # Not the folder itself: its subfolder `program` is no package.
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != folder]
    sys.path.insert(0, str(folder / "runtime"))
    log = EventLog(os.dup(sys.stdout.fileno()))
    log.event("status", json.dumps({"status": "Running"}))
    from program_runtime.execution.child.failure import ChildFailure  # noqa: PLC0415

    try:
        text = _run(folder, log)
        _save(text)
    except ChildFailure as failure:
        _fail(log, failure.code, failure.message, failure.traceback)
        return 1
    except Exception as error:  # noqa: BLE001 - the process boundary
        _fail(log, "internal", f"{type(error).__name__}: {error}", None)
        return 1
    log.event("status", json.dumps({"status": "Completed"}))
    return 0


def _run(folder: Path, log: EventLog) -> str:
    """Call the program's ``main`` and encode what it returns."""
    from program_runtime.codec import encode  # noqa: PLC0415
    from program_runtime.execution.child.loader import (  # noqa: PLC0415
        check_call,
        load_main,
    )
    from program_runtime.program import ProgramBackend, UserMessenger  # noqa: PLC0415

    release = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    _check_machine(release["requirements"])
    inputs, options = _inputs(release["parameters"])
    program = folder / "program"
    sys.path.insert(0, str(program))
    function = load_main(program)
    check_call(function, inputs)
    backend = ProgramBackend(
        _device(options["name"]), shots=options["shots"], seed=options["seed"]
    )
    messenger = UserMessenger(log)
    _end_after(release["max_execution_time"], log)
    value = _call(function, (backend, messenger), inputs, program)
    messenger.close()
    if value is None and log.final is not None:
        return log.final
    try:
        return encode(value, name="result")
    except Exception as error:
        message = getattr(error, "message", None) or str(error)
        raise _failure("bad_result", message) from error


def _call(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    inputs: Mapping[str, Any],
    program: Path,
) -> Any:
    from program_runtime.errors import BadInputsError  # noqa: PLC0415
    from program_runtime.execution.child.failure import (  # noqa: PLC0415
        ChildFailure,
        author_traceback,
        describe,
    )

    try:
        return function(*arguments, **inputs)
    except BadInputsError as error:
        raise _failure("bad_inputs", str(error)) from error
    except BaseException as error:
        trace = author_traceback(error, program)
        raise ChildFailure("program_error", describe(error), trace) from error


def _check_machine(requirements: Sequence[str]) -> None:
    """Refuse a machine that lacks what the program needs, before it is imported."""
    try:
        from packaging.requirements import Requirement  # noqa: PLC0415
    except ImportError:  # pragma: no cover - Qiskit's packages bring it
        return
    from importlib import metadata  # noqa: PLC0415

    lacking = []
    for text in requirements:
        needed = Requirement(text)
        if needed.marker is not None and not needed.marker.evaluate():
            continue
        try:
            found = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            lacking.append(f"{text} (it has none)")
            continue
        if not needed.specifier.contains(found, prereleases=True):
            lacking.append(f"{text} (it has {found})")
    if lacking:
        version = platform.python_version()
        raise _failure(
            "requirements",
            f"The gateway's image (Python {version}) lacks: {', '.join(lacking)}.",
        )


def _inputs(parameters: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the gateway's arguments: the program's inputs, and what it shall run on."""
    from program_runtime.codec import decode  # noqa: PLC0415
    from program_runtime.metadata import validate_inputs  # noqa: PLC0415

    try:
        text = Path(os.environ["ARGUMENTS_PATH"]).read_text(encoding="utf-8")
        values = decode(text)
    except Exception as error:
        raise _failure(
            "bad_inputs", f"The arguments can not be read: {error}"
        ) from error
    if not isinstance(values, dict):
        raise _failure("bad_inputs", "The arguments are no JSON object.")
    options = _options(values.pop(_BACKEND, None))
    problems = validate_inputs(parameters, values)
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise _failure(
            "bad_inputs", f"The inputs do not fit the program's parameters.{lines}"
        )
    return values, options


def _options(given: Any) -> dict[str, Any]:
    if given is None or isinstance(given, str):
        given = {"name": given}
    unknown = set(given) - set(_OPTIONS) if isinstance(given, dict) else {repr(given)}
    if unknown:
        raise _failure(
            "bad_inputs",
            f"The argument backend holds {', '.join(sorted(unknown))}; it is a name, "
            f"or an object of {', '.join(_OPTIONS)}.",
        )
    options: dict[str, Any] = {**dict.fromkeys(_OPTIONS), **given}
    options["name"] = options["name"] or _DEFAULT_BACKEND
    return options


def _device(name: str) -> Any:
    from program_runtime import backends  # noqa: PLC0415

    try:
        return backends.load(name)
    except Exception as error:
        raise _failure("bad_backend", str(error)) from error


def _end_after(limit_s: float | None, log: EventLog) -> None:
    """End the process, the program with it, when its time is over."""
    if not limit_s:
        return

    def end() -> None:
        _fail(log, "wall_time", f"The program took longer than {limit_s:g} s.", None)
        os._exit(1)

    timer = threading.Timer(limit_s, end)
    timer.daemon = True
    timer.start()


def _save(text: str) -> None:
    """Write the result where the gateway looks for it."""
    path = Path(os.environ["RESULTS_PATH"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _fail(log: EventLog, code: str, message: str, trace: str | None) -> None:
    """Say why, as an event and for those who read the log only."""
    failure = {"code": code, "message": message, "traceback": trace}
    log.event("error", json.dumps(failure))
    log.event("status", json.dumps({"status": "Failed"}))
    sys.stderr.write(f"{trace or ''}error: {code}: {message}\n")
    sys.stderr.flush()


def _failure(code: str, message: str) -> ChildFailure:
    from program_runtime.execution.child.failure import ChildFailure  # noqa: PLC0415

    return ChildFailure(code, message)


if __name__ == "__main__":
    sys.exit(main())
