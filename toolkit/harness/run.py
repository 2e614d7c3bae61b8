"""Run a project here exactly as the service would."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime import codec, execution, metadata
from program_runtime.errors import (
    BadInputsError,
    Problem,
    RuntimeJobCancelledError,
    RuntimeJobFailureError,
    UndecodableError,
)
from program_runtime.program import saved_state
from toolkit.checks import preferences
from toolkit.harness import machine, parity, staging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from program_runtime.execution import Event, Limits, Outcome
    from program_runtime.execution.broker.protocol import Broker
    from toolkit.harness.machine import Harness
    from toolkit.harness.parity import ParityReport
    from toolkit.project.project import Project

__all__ = ["HarnessRun", "run_project"]

_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class HarnessRun:
    """A finished run: everything that a caller of the service would have seen."""

    outcome: Outcome
    events: tuple[Event, ...]
    report: ParityReport

    @property
    def ok(self) -> bool:
        """Whether the program completed."""
        return self.outcome.status is execution.JobStatus.COMPLETED

    @cached_property
    def result(self) -> Any:
        """What ``main`` returned, decoded.

        Raises:
            RuntimeJobFailureError: The program failed; carries its traceback.
            RuntimeJobCancelledError: The run was cancelled.
        """
        if self.outcome.status is execution.JobStatus.CANCELLED:
            raise RuntimeJobCancelledError("The run was cancelled.")
        if not self.ok:
            raise RuntimeJobFailureError(
                _failure_text(self.outcome),
                failure_code=self.outcome.code or "program_error",
                traceback=self.outcome.traceback,
            )
        texts = self._texts(execution.EventType.RESULT)
        return _decode(texts[-1]) if texts else None

    @cached_property
    def interim(self) -> list[Any]:
        """The interim results, decoded, in order."""
        return [_decode(text) for text in self._texts(execution.EventType.INTERIM)]

    @cached_property
    def checkpoints(self) -> list[Any]:
        """The checkpoints, decoded, in order."""
        texts = self._texts(execution.EventType.CHECKPOINT)
        return [_decode(saved_state.unpack(text)[0]) for text in texts]

    @cached_property
    def metrics(self) -> list[dict[str, Any]]:
        """The metrics in order, each ``{"step": int or None, "values": {name: x}}``."""
        return [json.loads(text) for text in self._texts(execution.EventType.METRIC)]

    @cached_property
    def logs(self) -> str:
        """What the program printed and logged."""
        return "".join(self._texts(execution.EventType.LOG))

    def _texts(self, kind: execution.EventType) -> list[str]:
        return [e.data for e in self.events if e.type is kind and e.data is not None]


def run_project(
    project: Project,
    inputs: Mapping[str, Any],
    *,
    backend: str = "aer_simulator",
    shots: int | None = None,
    seed: int | None = None,
    max_time_s: float | None = None,
    level: str = machine.AUTO,
    log_level: str = "WARNING",
    on_event: Callable[[Event], None] | None = None,
    harness: Harness | None = None,
    broker: Broker | None = None,
    restored: str | None = None,
    stop_after: int | None = None,
) -> HarnessRun:
    """Run a project with the service's codec, schemas, limits, child and events.

    Args:
        project: The project; the files of its bundle are what runs.
        inputs: By name, Python values or their human JSON forms.
        backend: A name of the catalog.
        shots: Default number of shots.
        seed: Seed of the simulator.
        max_time_s: Ends the run; the metadata's ``max_execution_time`` if not given.
        level: Isolation: ``auto``, ``strong``, ``reduced``, ``none``.
        log_level: Of the program's loggers.
        on_event: Called with each event as it comes, in another thread.
        harness: A warm one to use; one is made for this run if not given.
        broker: Gets all quantum calls, in place of a backend in the program's own
            process; it stays open.
        restored: The text of a checkpoint's event; the run goes on from there.
        stop_after: Asks the program to finish now, after so many interim results.

    Returns:
        The run; a program that fails is an outcome, not an exception.

    Raises:
        BadInputsError: The inputs do not fit the schema; nothing was run.
        BundleError: The project's files can not be a bundle.
        KeyboardInterrupt: Ctrl-C; the run was cancelled first.
    """
    limits = _limits(project, max_time_s)
    with _warm(harness, level) as warm:
        values, text = _encoded(project, inputs, limits)
        with _staged(project, warm.folder) as folder:
            spec = execution.JobSpec(
                job_id=f"local_{next(_numbers)}",
                program_dir=folder,
                inputs=text.encode(),
                parameters=_parameters(project),
                backend=backend,
                brokered=broker is not None,
                shots=shots,
                seed=seed,
                log_level=log_level,
                limits=limits,
                restored=restored,
            )
            watch = _stopping(warm, stop_after, on_event)
            outcome, events = warm.run(spec, watch, broker=broker)
    report = parity.examine(
        project.metadata.spec,
        inputs=values,
        inputs_text=text,
        events=events,
        outcome=outcome,
        limits=limits,
        ignored=preferences.ignored_in_runs(project.settings),
    )
    return HarnessRun(outcome=outcome, events=tuple(events), report=report)


@contextmanager
def _warm(harness: Harness | None, level: str) -> Iterator[Harness]:
    """Start the harness that is given, or one that ends with this run."""
    if harness is not None:
        harness.start()
        yield harness
        return
    with machine.Harness(level=level, single=True) as own:
        yield own


def _stopping(
    harness: Harness, stop_after: int | None, on_event: Callable[[Event], None] | None
) -> Callable[[Event], None] | None:
    """Watch for the moment at which the caller has seen enough."""
    if stop_after is None:
        return on_event
    left = stop_after

    def see(event: Event) -> None:
        nonlocal left
        if event.type is execution.EventType.INTERIM:
            left -= 1
            if left == 0:
                harness.stop()
        if on_event is not None:
            on_event(event)

    return see


@contextmanager
def _staged(project: Project, parent: Path) -> Iterator[Path]:
    """Put what the bundle would hold into a folder that ends with this run."""
    folder = Path(tempfile.mkdtemp(prefix="program-", dir=parent))
    try:
        staging.stage(project, folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _parameters(project: Project) -> Mapping[str, Any]:
    return project.metadata.spec.get("parameters") or {}


def _limits(project: Project, max_time_s: float | None) -> Limits:
    wall_time_s = max_time_s or project.metadata.max_execution_time
    if wall_time_s is None:
        return execution.Limits()
    return execution.Limits(wall_time_s=float(wall_time_s))


def _encoded(
    project: Project, inputs: Mapping[str, Any], limits: Limits
) -> tuple[dict[str, Any], str]:
    schema = _parameters(project)
    values = metadata.coerce_inputs(schema, inputs)
    problems = metadata.validate_inputs(schema, values)
    if problems:
        raise BadInputsError(
            f"The inputs do not fit {project.metadata.name}:", problems=problems
        )
    text = codec.encode(values, name="inputs")
    most = limits.inputs_bytes
    if len(text) > most:
        size = f"{len(text)} bytes encoded, at most {most} are taken"
        raise BadInputsError(
            "The inputs are too large:", problems=[Problem(path="inputs", message=size)]
        )
    return values, text


def _failure_text(outcome: Outcome) -> str:
    text = f"The program failed ({outcome.code}): {outcome.message}"
    return f"{text}\n{outcome.traceback}" if outcome.traceback else text


def _decode(text: str) -> Any:
    """Decode; what the program encoded in its own way stays text."""
    try:
        return codec.decode(text)
    except UndecodableError:
        return text
