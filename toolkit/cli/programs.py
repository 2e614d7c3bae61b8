"""``qrt programs``: list and manage published programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _service
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.group("programs", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List and manage published programs; without a word, list them."""
    if context.invoked_subcommand is None:
        context.invoke(list_programs)


@command.command("list")
@click.option("--search", metavar="TEXT", help="In names and descriptions.")
@_service.option
@speaks
def list_programs(*, search: str | None, profile: str | None, out: Output) -> None:
    """List the programs that you may run."""
    api = _service.connect(profile, out)
    page = api.programs(search=search)
    rows = [
        (p["id"], p["version"] or "-", p["visibility"], p["owner"], p["description"])
        for p in page["programs"]
    ]
    headings = ("PROGRAM", "LATEST", "VISIBILITY", "OWNER", "DESCRIPTION")
    out.data(page, out.table(headings, rows) if rows else "")
    if not rows:
        out.say("no programs yet; publish one with: qrt publish")


@command.command("show")
@click.argument("program")
@_service.option
@speaks
def show(*, program: str, profile: str | None, out: Output) -> None:
    """Show a program's metadata and its inputs as a table."""
    found = _service.connect(profile, out).program(program)
    from program_runtime.metadata import RuntimeProgram  # noqa: PLC0415

    out.data(found, str(RuntimeProgram.from_service(found)))


@command.command("releases")
@click.argument("program")
@_service.option
@speaks
def releases(*, program: str, profile: str | None, out: Output) -> None:
    """List a program's releases, newest first."""
    found = _service.connect(profile, out).releases(program)
    rows = [
        (r["version"], ",".join(r["labels"]), r["created"], str(r["size"]), r["digest"])
        for r in found
    ]
    headings = ("VERSION", "LABELS", "PUBLISHED", "BYTES", "DIGEST")
    out.data({"releases": found}, out.table(headings, rows))


@command.command("label")
@click.argument("program")
@click.argument("label")
@click.argument("version")
@_service.option
@speaks
def label(
    *, program: str, label: str, version: str, profile: str | None, out: Output
) -> None:
    """Move LABEL of PROGRAM to VERSION."""
    _service.connect(profile, out).set_label(program, label, version)
    answer = {"program": program, "label": label, "version": version}
    out.data(answer, f"{program}:{label} is {version}")


@command.command("public")
@click.argument("program")
@_service.option
@speaks
def public(*, program: str, profile: str | None, out: Output) -> None:
    """Let everyone see PROGRAM's metadata and run it, never its source."""
    _set_visibility(program, "public", profile, out)


@command.command("private")
@click.argument("program")
@_service.option
@speaks
def private(*, program: str, profile: str | None, out: Output) -> None:
    """Hide PROGRAM from everyone else."""
    _set_visibility(program, "private", profile, out)


@command.command("delete")
@click.argument("program")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_service.option
@speaks
def delete(*, program: str, yes: bool, profile: str | None, out: Output) -> None:
    """Delete PROGRAM; its jobs and their results stay."""
    import sys  # noqa: PLC0415 - asked once

    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("Deleting needs --yes where nobody can be asked.")
        click.confirm(f"Delete {program} with all its releases?", abort=True, err=True)
    _service.connect(profile, out).delete_program(program)
    out.data({"deleted": program}, program)


def _set_visibility(
    program: str, visibility: str, profile: str | None, out: Output
) -> None:
    api = _service.connect(profile, out)
    answer: Any = api.update_program(program, visibility=visibility)
    out.data(answer, f"{program} is {visibility}")
