"""``qrt run``: run a project here, exactly as the service would."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _exits, _inputs, _report, _settings, _stream
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from toolkit.cli._output import Output
    from toolkit.harness import HarnessRun
    from toolkit.project import Project


@click.command("run")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@_inputs.option
@click.option("--sample", metavar="NAME", help="A file of inputs/, without its .json.")
@click.option("--backend", envvar="QRT_BACKEND", show_envvar=True, metavar="NAME")
@click.option("--shots", type=click.IntRange(1), envvar="QRT_SHOTS", show_envvar=True)
@click.option("--seed", type=int, envvar="QRT_SEED", show_envvar=True)
@click.option("--max-time", type=float, metavar="S", help="Seconds of wall time.")
@click.option(
    "--isolation",
    envvar="QRT_ISOLATION",
    show_envvar=True,
    metavar="LEVEL",
    help="auto, rlimits or none; a level that this machine lacks is refused.",
)
@click.option("--strict", is_flag=True, help="Findings of the parity report fail.")
@click.option("--plot", metavar="KEY", help="Draw this number of the interim results.")
@click.option("--save", type=click.Path(path_type=Path), help="Write the result here.")
@speaks
def command(*, directory: Path, out: Output, **options: Any) -> None:
    """Run the project in DIRECTORY locally; the result goes to stdout.

    Codec, schemas, limits, child process and events are those of the service.
    Without -i the sample inputs are used, when there is one set of them.
    """
    from toolkit import harness  # noqa: PLC0415
    from toolkit.project import load_project  # noqa: PLC0415

    project = load_project(directory)
    inputs, source = _choose_inputs(project, options["inputs"], options["sample"])
    settings = project.settings
    chosen = {
        name: _settings.resolve(name, project=settings, default=default).value
        for name, default in (
            ("backend", "aer_simulator"),
            ("shots", None),
            ("seed", None),
            ("isolation", "auto"),
            ("plot", None),
        )
    }
    name = f"{project.metadata.name} {project.metadata.version}"
    out.say(f"running {name} on {chosen['backend']} with {source}")
    watcher = _stream.Watcher(out, plot=chosen["plot"])
    done = harness.run_project(
        project,
        inputs,
        backend=chosen["backend"],
        shots=chosen["shots"],
        seed=chosen["seed"],
        max_time_s=options["max_time"],
        level=chosen["isolation"],
        on_event=watcher.see,
    )
    watcher.end()
    _conclude(done, out, save=options["save"], strict=options["strict"])


def _choose_inputs(
    project: Project, words: tuple[str, ...], sample: str | None
) -> tuple[dict[str, Any], str]:
    """Pick the inputs: a sample, then what ``-i`` says over it."""
    from toolkit.project import sample_inputs  # noqa: PLC0415

    samples = sample_inputs(project)
    given = _inputs.parse(words)
    if sample is None and not given and len(samples) == 1:
        sample = next(iter(samples))
    plain: dict[str, Any] = {}
    source = "the inputs of the command line" if given else "no inputs"
    if sample is not None:
        if sample not in samples:
            known = ", ".join(samples) or "none"
            raise click.BadParameter(
                f"inputs/{sample}.json does not exist; samples: {known}.",
                param_hint="--sample",
            )
        plain = _inputs.read_file(str(samples[sample]))
        source = f"inputs/{sample}.json"
    elif not given and len(samples) > 1 and _required(project):
        raise click.UsageError(
            f"Which inputs? Say --sample with one of: {', '.join(samples)}."
        )
    plain.update(given)
    return plain, source


def _required(project: Project) -> bool:
    schema = project.metadata.spec.get("parameters") or {}
    return bool(schema.get("required"))


def _result_text(done: HarnessRun) -> str | None:
    """Find the result as the program encoded it."""
    texts = [event.data for event in done.events if str(event.type) == "result"]
    return texts[-1] if texts else None


def _conclude(
    done: HarnessRun, out: Output, *, save: Path | None, strict: bool
) -> None:
    """Print the verdict, the report and the result; choose the exit code."""
    outcome = done.outcome
    seconds = f"{outcome.usage.wall_s:.2f} s"
    out.say(f"{outcome.status} in {seconds}")
    _report.show(done.report, out)
    text = _result_text(done)
    if text is not None and save is not None:
        save.write_text(text, encoding="utf-8")
        out.say(f"result written to {save}")
    if out.as_json:
        out.line(
            {**_stream.outcome_json(outcome), "report": _report.as_json(done.report)}
        )
    elif text is not None:
        click.echo(text)
    if outcome.status != "Completed":
        _stream.say_failure(outcome.code, outcome.message, outcome.traceback, out)
        raise _exits.Stop(_stream.exit_code(outcome.status, outcome.code))
    if strict and not done.report.ok:
        raise _exits.Stop(ExitCode.FINDINGS)
