"""Inputs from the command line: ``-i k=v``, ``k=@file``, ``@file.json`` or ``@-``."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from program_runtime.errors import BadInputsError
from toolkit.cli import _completion, _groups
from toolkit.errors import SampleNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from program_runtime.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Inputs, and in words where they came from."""

    values: dict[str, Any]
    source: str
    sample: str | None = None


def option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``-i`` and ``--sample``."""
    with_sample = click.option(
        "--sample",
        metavar="NAME",
        help="A file of the project's inputs/, without its .json; -i goes over it.",
        shell_complete=_completion.samples,
    )(function)
    return click.option(
        "-i",
        "--input",
        "inputs",
        multiple=True,
        metavar="K=V",
        help="An input: name=JSON or text, name=@file, @file.json, or @- for stdin.",
    )(with_sample)


def choose(
    words: Sequence[str], *, sample: str | None, samples: Mapping[str, Path]
) -> Chosen:
    """Pick the inputs: a sample, then what ``-i`` says over it.

    Args:
        words: The values of ``-i``.
        sample: The name of the sample to begin with, if there shall be one.
        samples: The project's samples.

    Returns:
        The inputs.

    Raises:
        SampleNotFoundError: There is no such sample.
        click.BadParameter: A word is no input.
        ProjectError: The sample's file can not be read.
    """
    given = parse(words)
    if sample is None:
        source = "the inputs of the command line" if given else "no inputs"
        return Chosen(values=given, source=source)
    if sample not in samples:
        known = f"There are: {', '.join(samples)}." if samples else "There are none."
        raise SampleNotFoundError(
            f"There are no sample inputs {sample!r}.",
            hint=_groups.did_you_mean(sample, samples) or known,
        )
    from toolkit.project import read_sample  # noqa: PLC0415 - only for samples

    values = {**read_sample(samples[sample]), **given}
    over = f", {', '.join(given)} from the command line" if given else ""
    return Chosen(values=values, source=f"inputs/{sample}.json{over}", sample=sample)


def only_changes(words: Sequence[str]) -> bool:
    """Whether ``-i`` names single inputs; a whole file of them stands for itself."""
    return not any(word.startswith("@") for word in words)


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
            found.update(_object(word[1:]))
            continue
        name, equals, text = word.partition("=")
        if not equals or not name.isidentifier():
            raise _bad(f"'{word}' is no input: write name=value or @file.json.")
        found[name] = _value(name, _read(text[1:]) if text.startswith("@") else text)
    return found


def coerce(
    schema: Mapping[str, Any], plain: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """Turn human JSON forms into Python values and hold them against the schema.

    Args:
        schema: The program's parameters.
        plain: The inputs.

    Returns:
        The Python values, and all that is wrong with them.
    """
    from program_runtime import metadata  # noqa: PLC0415 - 50 ms

    unreadable: Sequence[Problem] = ()
    try:
        values = metadata.coerce_inputs(schema, plain)
    except BadInputsError as error:
        unreadable = error.problems
        bad = {name for name in plain if any(_is_at(p, name) for p in unreadable)}
        rest = {name: value for name, value in plain.items() if name not in bad}
        values = metadata.coerce_inputs(schema, rest)
    judged = metadata.validate_inputs(schema, values)
    known = {problem.path for problem in unreadable}
    return values, [*unreadable, *(p for p in judged if p.path not in known)]


def refusal(
    problems: Sequence[Problem],
    chosen: Chosen,
    *,
    schema: Mapping[str, Any],
    samples: Mapping[str, Path],
    hint: str | None = None,
) -> BadInputsError:
    """Make the error for inputs that do not fit, with the next thing to say.

    Args:
        problems: All that is wrong.
        chosen: The inputs.
        schema: The program's parameters.
        samples: The project's samples, named where something is missing.
        hint: What to do where samples are no answer.
    """
    missing = set(schema.get("required") or ()) - set(chosen.values)
    if missing and samples and chosen.sample is None:
        some = next(iter(samples)) if len(samples) == 1 else "NAME"
        hint = f"Say --sample {some}"
        hint += f" with one of: {', '.join(samples)}." if some == "NAME" else "."
    return BadInputsError(
        "The inputs do not fit the program.", problems=problems, hint=hint
    )


def _is_at(problem: Problem, name: str) -> bool:
    return problem.path == name or problem.path.startswith((f"{name}.", f"{name}["))


def _object(name: str) -> dict[str, Any]:
    """Read a JSON object of inputs from a file, or from stdin for ``-``."""
    try:
        value = _decode(_read(name))
    except (ValueError, RecursionError) as error:
        raise _bad(f"{name} is not JSON: {error}") from error
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise _bad(f"{name} must hold a JSON object of inputs, it holds a {kind}.")
    return value


def _read(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _bad(f"{name} is not UTF-8 text: {error}") from error


def _value(name: str, text: str) -> Any:
    """Read JSON, or keep text; what looks encoded must be."""
    try:
        return _decode(text)
    except (ValueError, RecursionError) as error:
        if "__type__" in text:
            raise _bad(f"{name} is no encoded value: {error}") from error
        return text


def _decode(text: str) -> Any:
    if "__type__" not in text:
        return json.loads(text)
    from program_runtime import codec  # noqa: PLC0415 - only for encoded values

    return codec.decode(text)


def _bad(message: str) -> click.BadParameter:
    return click.BadParameter(message, param_hint="-i")
