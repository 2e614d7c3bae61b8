"""From the text of a result to the value."""

from __future__ import annotations

from typing import Any

from program_runtime import codec
from program_runtime.errors import UndecodableError

__all__ = ["ResultDecoder"]


class ResultDecoder:
    """Decode results of a program; subclass it to give them a type of their own.

    Example:
        >>> ResultDecoder.decode('{"energy": -1.857}')
        {'energy': -1.857}
        >>> ResultDecoder.decode("no JSON at all")
        'no JSON at all'
    """

    @classmethod
    def decode(cls, data: str) -> Any:
        """Decode one result.

        Args:
            data: The text that the program's encoder made.

        Returns:
            The value; a text that is no encoded value comes back as it is.
        """
        try:
            return codec.decode(data)
        except UndecodableError:
            return data
