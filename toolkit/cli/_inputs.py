"""Inputs from the command line: ``-i k=v``, ``k=@file``, ``@file.json`` or ``@-``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``-i``."""
    return click.option(
        "-i",
        "--input",
        "inputs",
        multiple=True,
        metavar="K=V",
        help="An input: name=JSON or text, name=@file, @file.json, or @- for stdin.",
    )(function)


def parse(words: Sequence[str]) -> dict[str, Any]:
    """Read inputs in their order; later words win.

    Args:
        words: The values of ``-i``.

    Returns:
        Plain values as JSON has them, or decoded where a file holds encoded ones.

    Raises:
        click.BadParameter: A word is no input, or a file holds no JSON object.
    """
    found: dict[str, Any] = {}
    for word in words:
        if word.startswith("@"):
            found.update(read_file(word[1:]))
            continue
        name, equals, text = word.partition("=")
        if not equals or not name.isidentifier():
            raise click.BadParameter(
                f"'{word}' is no input: write name=value or @file.json.",
                param_hint="-i",
            )
        found[name] = (
            _json_or_text(_read(text[1:]))
            if text.startswith("@")
            else _json_or_text(text)
        )
    return found


def read_file(name: str) -> dict[str, Any]:
    """Read a JSON object of inputs from a file, or from stdin for ``-``."""
    text = _read(name)
    try:
        value = _decode(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{name} is not JSON: {error}", param_hint="-i"
        ) from error
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise click.BadParameter(
            f"{name} must hold a JSON object of inputs, it holds a {kind}.",
            param_hint="-i",
        )
    return value


def coerce(schema: Mapping[str, Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Turn human JSON forms into Python values and hold them against the schema.

    Raises:
        BadInputsError: With every problem.
    """
    from program_runtime import metadata  # noqa: PLC0415 - jsonschema costs 100 ms
    from program_runtime.errors import BadInputsError  # noqa: PLC0415

    values = metadata.coerce_inputs(schema, plain)
    if problems := metadata.validate_inputs(schema, values):
        raise BadInputsError("The inputs do not fit the program.", problems=problems)
    return values


def _read(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    return Path(name).read_text(encoding="utf-8")


def _json_or_text(text: str) -> Any:
    try:
        return _decode(text)
    except ValueError:
        return text


def _decode(text: str) -> Any:
    if "__type__" not in text:
        return json.loads(text)
    from program_runtime import codec  # noqa: PLC0415 - only for encoded values

    return codec.decode(text)
