"""``vqe``, ``vqe@1.2.0`` or ``vqe:stable``: a program, and perhaps one release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from toolkit.cli import _completion


@dataclass(frozen=True, slots=True)
class Reference:
    """A program's name, and a version or label where one was given."""

    name: str
    separator: str = ""
    ref: str = ""

    def __str__(self) -> str:
        return f"{self.name}{self.separator}{self.ref}"


class _ReferenceType(click.ParamType[Reference]):
    name = "program"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Reference:
        if isinstance(value, Reference):
            return value
        text = str(value)
        separator = next((mark for mark in "@:" if mark in text), "")
        name, _, ref = text.partition(separator) if separator else (text, "", "")
        if not name or (separator and not ref):
            self.fail(
                f"{text!r} is no program: write NAME, NAME@VERSION or NAME:LABEL.",
                param,
                ctx,
            )
        return Reference(name, separator, ref)


REFERENCE = _ReferenceType()

argument = click.argument(
    "program",
    metavar="PROGRAM[@VERSION or :LABEL]",
    type=REFERENCE,
    shell_complete=_completion.programs,
)
"""What a command takes that is about one release."""
