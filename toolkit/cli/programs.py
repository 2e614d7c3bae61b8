"""``qrt programs``: list and manage published programs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli import _completion, _groups, _metadata, _reference, _service
from toolkit.cli._output import speaks
from toolkit.errors import ToolkitError

if TYPE_CHECKING:
    from toolkit.cli._output import Output

_program = click.argument("program", shell_complete=_completion.programs)


@click.group(
    "programs",
    cls=_groups.ListingGroup,
    invoke_without_command=True,
    no_args_is_help=False,
)
def command() -> None:
    """List and manage published programs; without a word, list them."""


@command.command("list")
@click.option("--search", metavar="TEXT", help="In names and descriptions.")
@_service.option
@speaks
def list_programs(*, search: str | None, out: Output) -> None:
    """List the programs that you may run."""
    page = _service.connect(out).programs(search=search)
    rows = [
        (p["id"], p["version"] or "-", p["visibility"], p["owner"], p["description"])
        for p in page["programs"]
    ]
    headings = ("PROGRAM", "LATEST", "VISIBILITY", "OWNER", "DESCRIPTION")
    out.data(page, out.table(headings, rows) if rows else "")
    if page["count"] > len(rows):
        out.say(f"{len(rows)} of {page['count']} programs; --search finds the others")
    elif not rows and search:
        out.say(f"no program has {search!r} in its name or description")
    elif not rows:
        out.say("no programs yet; publish one with: qrt publish")


@command.command("show")
@_reference.argument
@_service.option
@speaks
def show(*, program: _reference.Reference, out: Output) -> None:
    """Show the metadata of a program or of one release, with a table of its inputs."""
    api = _service.connect(out)
    found = api.program(program.name)
    if program.ref:
        release = api.release(program.name, program.ref)
        found = _metadata.of_release(found, release)
    out.data(found, _metadata.text(found, out))


@command.command("releases")
@_program
@_service.option
@speaks
def releases(*, program: str, out: Output) -> None:
    """List a program's releases, newest first."""
    api = _service.connect(out)
    found = api.releases(program)
    rows = [
        (
            r["version"],
            ",".join(r["labels"]),
            r["created"][:19].replace("T", " "),
            str(r["size"]),
            r["digest"],
        )
        for r in found
    ]
    headings = ("VERSION", "LABELS", "PUBLISHED (UTC)", "BYTES", "DIGEST")
    out.data({"releases": found}, out.table(headings, rows))


@command.command("source")
@_reference.argument
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Unpack the whole bundle into this new folder.",
)
@_service.option
@speaks
def source(*, program: _reference.Reference, output: Path | None, out: Output) -> None:
    """Print program.py as it was published; for its owner only."""
    from program_runtime import bundle  # noqa: PLC0415

    api = _service.connect(out)
    ref = program.ref or api.program(program.name)["version"]
    answer = {"program": program.name, "version": ref}
    with tempfile.TemporaryDirectory(prefix="qrt-") as folder:
        archive = api.download_bundle(program.name, ref, Path(folder) / "bundle.zip")
        if output is not None:
            bundle.unpack_bundle(archive, output)
            out.data({**answer, "path": str(output)}, str(output))
            return
        text = bundle.read_file(archive, "program.py").decode()
    if out.as_json:
        out.line({**answer, "source": text})
    else:
        out.text(text)


@command.command("label")
@_program
@click.argument("label")
@click.argument("version")
@_service.option
@speaks
def label(*, program: str, label: str, version: str, out: Output) -> None:
    """Move LABEL of PROGRAM to VERSION."""
    api = _service.connect(out)
    api.set_label(program, label, version)
    answer = {"program": program, "label": label, "version": version}
    out.data(answer, f"{program}:{label} is {version}")


@command.command("public")
@_program
@_service.option
@speaks
def public(*, program: str, out: Output) -> None:
    """Let everyone see PROGRAM's metadata and run it, never its source."""
    _set_visibility(program, "public", out)


@command.command("private")
@_program
@_service.option
@speaks
def private(*, program: str, out: Output) -> None:
    """Hide PROGRAM from everyone else."""
    _set_visibility(program, "private", out)


@command.command("delete")
@_program
@click.option("--yes", is_flag=True, help="Do not ask.")
@_service.option
@speaks
def delete(*, program: str, yes: bool, out: Output) -> None:
    """Delete PROGRAM; its jobs and their results stay."""
    if not yes and not out.asks:
        raise click.UsageError("Deleting needs --yes where nobody can be asked.")
    api = _service.connect(out)
    if not yes:
        api.program(program)  # nobody is asked about what does not exist
        question = f"Delete {program} with all its releases?"
        if not click.confirm(question, err=True):
            raise ToolkitError("Nothing was deleted.")
    api.delete_program(program)
    out.data({"deleted": program}, program)


def _set_visibility(program: str, visibility: str, out: Output) -> None:
    api = _service.connect(out)
    answer = api.update_program(program, visibility=visibility)
    out.data(answer, f"{program} is {visibility}")
