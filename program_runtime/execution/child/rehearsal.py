"""What is done once before any job is there: go through what every job does.

Modules that are imported at first use, caches and compiled patterns are then there for
every child that is forked later. Nothing of Qiskit is called here: that is for a child.
"""

from __future__ import annotations

import inspect
from typing import Final

from program_runtime.execution.child.failure import describe

__all__ = ["rehearse"]

_SCHEMA: Final = {"type": "object", "properties": {"n": {"type": "integer"}}}
_PROGRAM: Final = "def main(backend, user_messenger, n=1):\n    return n\n"


class _NullSink:
    """Takes messages nowhere."""

    restored: str | None = None
    stop_requested = False

    def send(self, kind: str, text: str) -> None:
        """Drop a message."""


def rehearse() -> None:
    """Go once through what every job does, but for the backend."""
    from program_runtime.codec import decode, encode  # noqa: PLC0415
    from program_runtime.metadata import validate_inputs  # noqa: PLC0415
    from program_runtime.program import (  # noqa: PLC0415
        ProgramBackend,
        UserMessenger,
    )

    del ProgramBackend  # imported, and with it Qiskit, but not made

    inputs = decode(b'{"n": 1}')
    validate_inputs(_SCHEMA, inputs)
    names: dict[str, object] = {}
    exec(compile(_PROGRAM, "program.py", "exec"), names)  # noqa: S102 - our own text
    main = names["main"]
    if callable(main):
        inspect.signature(main).bind(None, None, **inputs)
    UserMessenger(_NullSink()).publish({"n": 1})
    encode({"n": 1.5}, name="result")
    describe(ValueError("a rehearsal"))
