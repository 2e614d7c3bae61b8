"""Groups of commands that answer a misspelt word with the one that was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Name the known word that is nearest, as a question; None if none is near."""
    import difflib  # noqa: PLC0415 - only after a mistake

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else None


class SuggestingGroup(click.Group):
    """A group with "did you mean", and a command for when no word is given."""

    default_command: str | None = None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command in where the words go on with an option."""
        asks_help = bool(args) and args[0] in ctx.help_option_names
        wordless = not args or (args[0].startswith("-") and not asks_help)
        if self.default_command and wordless and not ctx.resilient_parsing:
            args = [self.default_command, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest the one that was meant."""
        known = self.list_commands(ctx)
        asked = not (ctx.resilient_parsing or args[0].startswith("-"))
        if args[0] not in known and asked:
            meant = did_you_mean(args[0], known)
            message = f"No such command '{args[0]}'." + (f" {meant}" if meant else "")
            raise click.UsageError(message, ctx=ctx)
        return super().resolve_command(ctx, args)


class ListingGroup(SuggestingGroup):
    """A group that lists when it is told nothing."""

    default_command = "list"
