"""From the text of a message to the value that a caller sees."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from program_runtime.program.decoding import ResultDecoder

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Decoder", "Decoders", "decode", "of_program"]

_SMALL_CHARACTERS = 4096
_TAG = '"__type__"'
_PAIR = 2
_OF_PRIMITIVES = {
    "sampler": "SamplerResultDecoder",
    "estimator": "EstimatorResultDecoder",
}


class Decoder(Protocol):
    """What decodes a text: :class:`ResultDecoder` or a class like it."""

    def decode(self, data: str, /) -> Any:
        """Make a value of a text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoders:
    """One decoder for interim results, one for the final result."""

    interim: Decoder = ResultDecoder
    final: Decoder = ResultDecoder

    @classmethod
    def of(cls, decoder: Decoder | Sequence[Decoder] | None) -> Decoders:
        """One decoder for both, or a pair ``(interim, final)``."""
        if decoder is None:
            return cls()
        if isinstance(decoder, (list, tuple)):
            if len(decoder) != _PAIR:
                raise ValueError(
                    f"A sequence of decoders is (interim, final), not {len(decoder)}."
                )
            return cls(interim=decoder[0], final=decoder[1])
        return cls(interim=decoder, final=decoder)  # type: ignore[arg-type]


def of_program(program_id: str) -> tuple[Decoder, Decoder] | None:
    """The decoders of a built-in program; None for any other one."""
    name = _OF_PRIMITIVES.get(program_id)
    if name is None:
        return None
    from program_runtime.client.primitives import results  # noqa: PLC0415 - few need it

    return ResultDecoder, getattr(results, name)


def decode(text: str, decoder: Decoder = ResultDecoder) -> Any:
    """Decode one text; a short plain one takes the short way."""
    if decoder is ResultDecoder and len(text) <= _SMALL_CHARACTERS and _TAG not in text:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass  # the decoder knows what to do with it
    return decoder.decode(text)
