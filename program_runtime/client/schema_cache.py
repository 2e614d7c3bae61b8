"""The parameters of programs that were run before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client import submission

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.client.api import ServiceApi

__all__ = ["SchemaCache"]

_FRESH_S = 60.0
"""So long the latest release of a program is taken to be the same."""


class SchemaCache:
    """Checks inputs without asking for the same schema at each run.

    A release never changes, but a name and a label move on: what they meant is
    asked again after a minute, when a job ran another version, and before inputs
    are refused.
    """

    def __init__(
        self, api: ServiceApi, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._api = api
        self._clock = clock
        self._known: dict[str, tuple[float, str, dict[str, Any]]] = {}

    def check(self, program: str, inputs: Mapping[str, Any]) -> None:
        """Hold inputs against the program's parameters.

        Raises:
            BadInputsError: It lists every problem.
            RuntimeProgramNotFound: There is no such program or release.
        """
        entry = self._known.get(program)
        if entry is not None and self._is_fresh(program, entry[0]):
            try:
                submission.check_inputs(program, entry[2], inputs)
            except errors.BadInputsError:
                if "@" in program:
                    raise
            else:
                return
        version, parameters = submission.release_of(self._api, program)
        self._known[program] = (self._clock(), version, parameters)
        submission.check_inputs(program, parameters, inputs)

    def note(self, program: str, version: str) -> None:
        """Forget a program whose job ran another version than was checked."""
        entry = self._known.get(program)
        if entry is not None and entry[1] != version:
            del self._known[program]

    def _is_fresh(self, program: str, fetched: float) -> bool:
        return "@" in program or self._clock() - fetched < _FRESH_S
