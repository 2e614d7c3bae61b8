"""``qrt programs``: list and manage published programs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli import (
    _comparison,
    _completion,
    _groups,
    _metadata,
    _reference,
    _service,
)
from toolkit.cli._output import speaks
from toolkit.errors import ConflictError, ToolkitError

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


@command.command("diff")
@_program
@click.argument("old", metavar="V1")
@click.argument("new", metavar="V2", default=".")
@_service.option
@speaks
def diff(*, program: str, old: str, new: str, out: Output) -> None:
    """Show what differs between two releases, and what that means to callers.

    V1 and V2 are versions or labels. V2 can be the folder of a project, written with a
    slash or a dot in front; by default it is the one here.
    """
    from toolkit import publish  # noqa: PLC0415
    from toolkit.bundle.comparison import compare_releases  # noqa: PLC0415

    api = _service.connect(out)
    before, unread = publish.published_content(api, api.release(program, old))
    if new.startswith(".") or "/" in new:
        after, missing = publish.content_of_project(Path(new)), None
    else:
        after, missing = publish.published_content(api, api.release(program, new))
    unread = unread or missing
    comparison = compare_releases(before, after)
    if out.as_json:
        as_json = _comparison.as_json(comparison, unread=unread)
        out.line({"program": program, **as_json})
        return
    click.echo(f"{program} {comparison.old_version} -> {comparison.new_version}")
    for line in _comparison.lines(comparison, sys.stdout, unread=unread):
        click.echo(line)


@command.command("label")
@_program
@click.argument("label", shell_complete=_completion.labels)
@click.argument("version", shell_complete=_completion.versions)
@_service.option
@speaks
def label(*, program: str, label: str, version: str, out: Output) -> None:
    """Move LABEL of PROGRAM to VERSION."""
    api = _service.connect(out)
    api.set_label(program, label, version)
    answer = {"program": program, "label": label, "version": version}
    out.data(answer, f"{program}:{label} is {version}")


@command.command("rollback")
@_program
@click.argument("version", required=False)
@_service.option
@speaks
def rollback(*, program: str, version: str | None, out: Output) -> None:
    """Move latest of PROGRAM back, to VERSION or to what it was before."""
    from toolkit import publish  # noqa: PLC0415

    api = _service.connect(out)
    current = str(api.program(program)["version"])
    wanted = version or publish.version_before(program, api.releases(program), current)
    release = api.release(program, wanted)
    target = str(release["version"])
    if target == current:
        raise ConflictError(
            f"{program}:latest is {current} already.",
            hint=f"`qrt programs releases {program}` lists the others.",
        )
    api.set_label(program, "latest", target)
    answer = {"program": program, "label": "latest", "from": current, "to": target}
    text = f"{program}:latest is {target}, was {current}"
    out.data({**answer, "digest": release["digest"]}, text)
    out.say("jobs that wait or run keep the release that they were submitted with")


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
