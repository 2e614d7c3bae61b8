"""``qrt template``: what changed in a template, brought into a project."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _answers, _completion, _exits, _groups
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from toolkit.cli._output import Output
    from toolkit.project.template_update import Update


@click.group("template", cls=_groups.SuggestingGroup)
def command() -> None:
    """Keep a project and the template that it came from together."""


@command.command("update")
@click.argument("directory", type=click.Path(path_type=Path), default=".")
@click.option(
    "-t",
    "--template",
    metavar="NAME/PATH/URL",
    help="Where the template is now, if not where it was.",
    shell_complete=_completion.templates,
)
@_answers.option
@click.option("--defaults", is_flag=True, help="Ask nothing.")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@click.option("--diff", is_flag=True, help="Show what would change; write nothing.")
@_answers.trust_option
@click.option(
    "--allow-dirty", is_flag=True, help="Even with changes that are not committed."
)
@speaks
def update(
    *,
    directory: Path,
    template: str | None,
    answers: dict[str, str],
    defaults: bool,
    dry_run: bool,
    diff: bool,
    trust: bool,
    allow_dirty: bool,
    out: Output,
) -> None:
    """Merge the newest version of its template into the project in DIRECTORY.

    What the template made once, your files, and what it makes now of the same answers
    are merged as git merges branches. Where both sides changed the same lines, both
    stand in the file between conflict markers, and the exit code is 6.
    """
    from toolkit.project import template_update  # noqa: PLC0415

    # The template's questions are for the person; stdout is for the answer.
    with contextlib.redirect_stdout(sys.stderr):
        plan = template_update.plan_update(
            directory,
            template=template,
            answers=answers,
            ask=not defaults and out.asks,
            trust=trust,
            allow_dirty=allow_dirty or dry_run or diff,
        )
    writes = bool(plan.files) and not (dry_run or diff)
    if writes:
        plan.write()
    answer = _json(plan, written=writes)
    if diff:
        answer["diff"] = plan.diff()
    out.data(answer, (answer["diff"] if diff else _lines(plan)).removesuffix("\n"))
    _conclude(plan, out, writes=writes)


def _json(plan: Update, *, written: bool) -> dict[str, Any]:
    return {
        "template": plan.new.name,
        "from": (plan.old.version or plan.old.commit) if plan.old else None,
        "to": plan.new.version or plan.new.commit,
        "changes": [
            {
                "path": c.path,
                "change": c.kind,
                "conflicts": c.conflicts,
                "note": c.note,
            }
            for c in plan.changes
        ],
        "conflicts": plan.conflicts,
        "written": written,
    }


def _lines(plan: Update) -> str:
    return "".join(
        f"{c.kind:9}{c.path}{f': {c.note}' if c.note else ''}\n" for c in plan.changes
    )


def _conclude(plan: Update, out: Output, *, writes: bool) -> None:
    if not plan.files:
        out.say(f"the project is up to date with {plan.new.label}")
        return
    old = plan.old.label if plan.old else "an unknown template"
    done = "updated" if writes else "would be updated"
    out.say(f"{done} from {old} to {plan.new.label}")
    if plan.conflicts:
        count = plan.conflicts
        out.say(f"{count} conflict{'s' * (count > 1)} to resolve by hand")
        raise _exits.Stop(ExitCode.CONFLICT)
