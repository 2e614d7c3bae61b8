"""The table of commands: ``qrt --help`` reads this and imports none of them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from toolkit.cli import _groups

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

SECTIONS: Mapping[str, Mapping[str, str]] = {
    "Write a program": {
        "new": "Create a complete program project from a template.",
        "template": "Bring what changed in a template into a project.",
        "check": "Find what is wrong with a project, without importing it.",
        "metadata": "Make program.json say what main says.",
        "run": "Run a project here, exactly as the service would.",
        "test": "Run the project's own tests.",
        "budget": "Count what a run asks of its backend, and for how long.",
        "build": "Build the reproducible bundle.",
        "publish": "Publish the project as an immutable release.",
    },
    "Use the service": {
        "programs": "List and manage published programs.",
        "stub": "Print a typed function for callers of a program.",
        "submit": "Submit a job.",
        "jobs": "List jobs, newest first.",
        "follow": "Print interim results as they come.",
        "result": "Print a job's result, waiting for it.",
        "logs": "Print what a job wrote to stdout and stderr.",
        "stop": "Ask a job to finish now, with a result.",
        "cancel": "Cancel a job.",
        "job": "Keep what a job was in one file, and read it back.",
        "rerun": "Submit a job once more.",
        "compare": "Compare two jobs, side by side.",
        "backends": "List the backends.",
    },
    "Connect": {
        "login": "Store the address of a service and a token.",
        "logout": "Forget a stored service.",
        "whoami": "Say who you are to the service.",
        "profiles": "List the stored services.",
        "env": "Print what points an official client at a service.",
    },
    "Operate": {
        "serve": "Run the service.",
        "user": "Manage the users of a service on this machine.",
        "doctor": "Look for what keeps things from working here.",
        "backup": "Write all that a service keeps into one file.",
        "restore": "Make a data directory what it was at a backup.",
        "config": "Show the settings, and where each comes from.",
        "completion": "Print the completion script for a shell.",
    },
}
HELP = {name: text for section in SECTIONS.values() for name, text in section.items()}


class LazyGroup(_groups.SuggestingGroup):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command, in the order of the help page."""
        del ctx
        return list(HELP)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command, or None when there is none of that name."""
        del ctx
        if cmd_name not in HELP:
            return None
        module = importlib.import_module(f"toolkit.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Print the table by section."""
        del ctx
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()))
