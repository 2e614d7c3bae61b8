"""Options of commands that render a template."""

from __future__ import annotations

import click


def _answers(
    context: click.Context, parameter: click.Parameter, words: tuple[str, ...]
) -> dict[str, str]:
    del context, parameter
    return dict(_answer(word) for word in words)


def _answer(word: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not equals:
        raise click.BadParameter(f"'{word}' is not key=value.", param_hint="-d")
    return key, value


option = click.option(
    "-d",
    "--set",
    "answers",
    multiple=True,
    metavar="K=V",
    help="An answer.",
    callback=_answers,
)
trust_option = click.option(
    "--trust", is_flag=True, help="Let the template run its own hooks and extensions."
)
