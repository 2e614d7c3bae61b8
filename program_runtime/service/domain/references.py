"""How a caller names a release: ``vqe``, ``vqe@1.2.0`` or ``vqe:stable``."""

from __future__ import annotations

from dataclasses import dataclass

LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A program and which of its releases."""

    program_id: str
    ref: str = LATEST
    """A version or a label."""


def parse_reference(text: str) -> Reference:
    """Read ``program``, ``program@version`` or ``program:label``.

    >>> parse_reference("vqe@1.2.0")
    Reference(program_id='vqe', ref='1.2.0')
    >>> parse_reference("vqe")
    Reference(program_id='vqe', ref='latest')
    """
    for separator in "@:":
        program_id, found, ref = text.partition(separator)
        if found:
            return Reference(program_id=program_id, ref=ref)
    return Reference(program_id=text)
