"""``qrt budget``: how much of a backend a run of the project asks for."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import (
    _budget_table,
    _exits,
    _inputs,
    _local_run,
    _settings,
    _stream,
)
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.errors import Problem
    from toolkit.cli._output import Output
    from toolkit.harness.budget.measurement import Measurement
    from toolkit.project import Project


@click.command("budget")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@_inputs.option
@_settings.option("backend")
@_settings.option("shots")
@_settings.option("seed")
@_settings.option("max-time")
@_settings.option("isolation")
@speaks
def command(
    *, directory: Path, inputs: tuple[str, ...], sample: str | None, out: Output
) -> None:
    """Count what a run of the project in DIRECTORY asks of its backend.

    The program runs locally, as with qrt run. An iteration ends with an interim result
    or a metric. QPU time is estimated from the durations of the backend's
    instructions. A budget in program.json is a gate: what is over it fails.
    """
    from toolkit import project as projects  # noqa: PLC0415

    project = projects.load_project(directory)
    request = _local_run.Request(directory=directory, inputs=inputs, sample=sample)
    prepared = _local_run.prepare(request, project, out)
    found = _measure(prepared)
    over = _over(project, found)
    recorded = found.run.ok and not inputs and bool(project.metadata.budget)
    if recorded:
        _record(project, prepared.chosen.sample, found)
    answer = _answer(found, prepared.chosen.sample, over, recorded=recorded)
    out.data(answer, _budget_table.table(found, out))
    _budget_table.explain(found, out)
    _conclude(found, project, over, recorded=recorded, out=out)


def _measure(prepared: _local_run.Prepared) -> Measurement:
    """Run it, every quantum call through a broker that counts."""
    import asyncio  # noqa: PLC0415

    from toolkit.harness.budget.call_counter import CallCounter  # noqa: PLC0415
    from toolkit.harness.budget.measurement import measurement_of  # noqa: PLC0415
    from toolkit.harness.local_broker import LocalBroker  # noqa: PLC0415
    from toolkit.harness.observing_broker import ObservingBroker  # noqa: PLC0415

    counter = CallCounter()
    broker = ObservingBroker(LocalBroker(), counter.see)
    try:
        done = _local_run.run(prepared, broker=broker)
    except KeyboardInterrupt:
        raise _exits.Interrupted("Interrupted; the run was cancelled.") from None
    finally:
        asyncio.run(broker.close())
    return measurement_of(done, prepared.options["backend"], counter.calls)


def _over(project: Project, found: Measurement) -> list[Problem]:
    from toolkit.project.budget_limits import over_budget  # noqa: PLC0415

    return over_budget(
        asdict(found.total),
        project.metadata.budget,
        missing=found.missing,
        remedy=found.remedy,
    )


def _record(project: Project, sample: str | None, found: Measurement) -> None:
    """Write down what `qrt check` and `qrt publish` believe."""
    from toolkit import bundle  # noqa: PLC0415
    from toolkit.project import budget_lock, sample_inputs  # noqa: PLC0415

    program = budget_lock.digest_of(
        bundle.collect_files(project),
        project.metadata.spec.get("parameters") or {},
        sample_inputs(project)[sample] if sample else None,
    )
    lock = budget_lock.Lock(
        program=program,
        backend=found.backend,
        sample=sample,
        counts=asdict(found.total),
        missing=found.missing,
        remedy=found.remedy,
    )
    budget_lock.write_lock(project.root, lock)


def _answer(
    found: Measurement, sample: str | None, over: Sequence[Problem], *, recorded: bool
) -> dict[str, Any]:
    return {
        "ok": found.run.ok and not over,
        "status": str(found.run.outcome.status),
        "backend": found.backend,
        "sample": sample,
        "iterations": [asdict(each) for each in found.iterations],
        "rest": asdict(found.rest),
        "total": asdict(found.total),
        "missing": found.missing,
        "over": [
            {"path": each.path, "message": each.message, "hint": each.hint}
            for each in over
        ],
        "recorded": recorded,
    }


def _conclude(
    found: Measurement,
    project: Project,
    over: Sequence[Problem],
    *,
    recorded: bool,
    out: Output,
) -> None:
    """Say whether it is within the budget; choose the exit code."""
    outcome = found.run.outcome
    if not found.run.ok:
        failure = _stream.Failure(
            code=outcome.code, message=outcome.message, traceback=outcome.traceback
        )
        failure.tell(out)
        raise _exits.Stop(failure.exit_code(str(outcome.status)))
    if recorded:
        out.say("recorded in budget.lock, for qrt check and qrt publish")
    if over:
        out.complain("The run does not fit the budget:")
        for problem in over:
            out.say(f"  {problem}")
        raise _exits.Stop(ExitCode.FINDINGS)
    if found.missing is not None:
        out.warn(f"no QPU time: {found.missing}")
        out.hint(f"{found.remedy}")
    if project.metadata.budget:
        out.say("within the budget of program.json")
