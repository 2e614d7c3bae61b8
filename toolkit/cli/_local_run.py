"""One local run of a project: from the words of the command line to its result."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from program_runtime.errors import BadInputsError
from toolkit.cli import _at_fault, _exits, _inputs, _report, _saving, _settings, _stream
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from program_runtime.execution import Event
    from program_runtime.execution.broker.protocol import Broker
    from toolkit.cli._output import Output
    from toolkit.harness import Harness, HarnessRun
    from toolkit.harness.faults import Fault
    from toolkit.harness.simulation import Simulation
    from toolkit.project import Project

SETTINGS = ("backend", "shots", "seed", "max-time", "isolation", "plot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line asks for; read anew for each run of a watched project."""

    directory: Path
    inputs: tuple[str, ...]
    sample: str | None
    strict: bool = False
    twice: bool = False
    save: Path | None = None
    faults: tuple[Fault, ...] = ()
    simulation: Simulation | None = None
    backend: str | None = None
    """Of a cassette that is replayed: the catalog need not know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A run that can begin."""

    project: Project
    chosen: _inputs.Chosen
    options: dict[str, Any]
    plot: str | None


def prepare(request: Request, project: Project, out: Output) -> Prepared:
    """Pick inputs and settings, and say what will run.

    Raises:
        BackendNotFoundError: With the names that are known.
    """
    from program_runtime import backends  # noqa: PLC0415

    chosen = _choose(project, request.inputs, request.sample)
    options = _settings.values(SETTINGS, project.settings, out)
    if request.backend is not None:
        options["backend"] = request.backend
    else:
        # Refused at once, not after the start of a process.
        backends.resolve(options["backend"])
    name = f"{project.metadata.name} {project.metadata.version}"
    out.say(f"running {name} on {options['backend']} with {chosen.source}")
    repeatable = request.twice or request.faults or request.simulation
    if repeatable and options["seed"] is None:
        options["seed"] = secrets.randbelow(2**31)
        out.say(f"with the seed {options['seed']}")
    plot = options.pop("plot")
    return Prepared(project=project, chosen=chosen, options=options, plot=plot)


def run(
    prepared: Prepared,
    on_event: Callable[[Event], None] | None = None,
    *,
    harness: Harness | None = None,
    broker: Broker | None = None,
) -> HarnessRun:
    """Run it once.

    Raises:
        BadInputsError: The inputs do not fit; in the words of the command line.
    """
    from toolkit import harness as harnesses  # noqa: PLC0415

    with speaking_of_inputs(prepared):
        return harnesses.run_project(
            prepared.project,
            prepared.chosen.values,
            **arguments(prepared),
            on_event=on_event,
            harness=harness,
            broker=broker,
        )


def arguments(prepared: Prepared) -> dict[str, Any]:
    """Give the settings under the names of the harness."""
    options = prepared.options
    return {
        "backend": options["backend"],
        "shots": options["shots"],
        "seed": options["seed"],
        "max_time_s": options["max_time"],
        "level": options["isolation"],
    }


@contextmanager
def speaking_of_inputs(prepared: Prepared) -> Iterator[None]:
    """Say what is wrong with the inputs in the words of the command line.

    Raises:
        BadInputsError: With the next thing to say.
    """
    from toolkit.project import sample_inputs  # noqa: PLC0415

    project, chosen = prepared.project, prepared.chosen
    try:
        yield
    except BadInputsError as error:
        schema = project.metadata.spec.get("parameters") or {}
        problems = _inputs.coerce(schema, chosen.values)[1] or error.problems
        samples = sample_inputs(project)
        raise _inputs.refusal(
            problems, chosen, schema=schema, samples=samples, hint=error.hint
        ) from error


def repeat(prepared: Prepared, first: HarnessRun) -> HarnessRun:
    """Run it once more, unseen; what differs is in the report of the first run."""
    from toolkit.checks import preferences  # noqa: PLC0415
    from toolkit.harness import repetition  # noqa: PLC0415

    ignored = preferences.ignored_in_runs(prepared.project.settings)
    return repetition.with_repetition(first, run(prepared), ignored=ignored)


def conclude(
    done: HarnessRun,
    request: Request,
    prepared: Prepared,
    out: Output,
    *,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Show the report and print the result; choose the exit code.

    Args:
        done: The run.
        request: What was asked for.
        prepared: What ran.
        out: Where it is said.
        more: What the outcome says besides, as JSON.

    Raises:
        Stop: The program failed, or with ``--strict`` there are findings.
    """
    outcome = done.outcome
    status = str(outcome.status)
    out.say(f"{outcome.status} in {outcome.usage.wall_s:.2f} s")
    _report.show(done, prepared.project.metadata.spec, out, twice=request.twice)
    failure = _stream.Failure(
        code=outcome.code, message=outcome.message, traceback=outcome.traceback
    )
    texts = [event.data for event in done.events if event.type == "result"]
    if texts and request.save is not None:
        _saving.save(texts[-1] or "", request.save, out)
    if out.as_json:
        report = _report.as_json(done.report)
        ended = _stream.outcome_json(status, failure)
        out.line({**ended, "report": report, **(more or {})})
    elif texts and request.save is None:
        out.data(None, texts[-1] or "")
    if status != "Completed":
        failure.tell(out)
        _at_fault.show_inputs(prepared.chosen.values, out)
        raise _exits.Stop(failure.exit_code(status))
    if request.strict and not done.report.ok:
        raise _exits.Stop(ExitCode.FINDINGS)


def _choose(
    project: Project, words: tuple[str, ...], sample: str | None
) -> _inputs.Chosen:
    """Pick the inputs; the only sample need not be named."""
    from toolkit.project import sample_inputs  # noqa: PLC0415

    samples = sample_inputs(project)
    if sample is None and len(samples) == 1 and _inputs.only_changes(words):
        sample = next(iter(samples))
    return _inputs.choose(words, sample=sample, samples=samples)
