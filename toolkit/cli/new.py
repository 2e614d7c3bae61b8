"""``qrt new``: a complete program project from a template."""

from __future__ import annotations

import contextlib
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from toolkit.cli import _answers, _completion
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from toolkit.cli._output import Output


@click.command("new")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "-t",
    "--template",
    default="variational",
    show_default=True,
    metavar="NAME/PATH/URL",
    help="hello-world, variational, sampling, or a cookiecutter template: a folder, a "
    "zip file, or the address of a zip file or git repository (#REF behind it).",
    shell_complete=_completion.templates,
)
@_answers.option
@click.option("--defaults", is_flag=True, help="Ask nothing.")
@_answers.trust_option
@speaks
def command(
    *,
    directory: Path,
    template: str,
    answers: dict[str, str],
    defaults: bool,
    trust: bool,
    out: Output,
) -> None:
    """Create a complete program project in DIRECTORY, offline.

    The project's own tests and 'qrt check --strict' pass at once.
    """
    from toolkit.project import new_project, template_source  # noqa: PLC0415

    # The template's questions are for the person; stdout is for the answer.
    with contextlib.redirect_stdout(sys.stderr):
        made = new_project(
            directory,
            template=template,
            answers=answers,
            defaults=defaults or not out.asks,
            trust=trust,
        )
    name = template_source.without_password(template)
    out.data({"path": str(made), "template": name}, str(made))
    out.say(f"Created {made} from the template '{name}'. What to try next:")
    out.say(f"  cd {shlex.quote(str(directory))}")
    out.say("  qrt check\n  qrt run\n  qrt test\n  qrt publish")
