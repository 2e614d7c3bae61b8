"""Programs that were asked for a moment ago: many jobs run the same one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.service.domain import Program
    from program_runtime.service.store import Store

_REMEMBERED = 256


class RememberedPrograms:
    """Looks programs up, and remembers them for a moment.

    What is changed through this service is forgotten at once. Another replica on
    the same database may change a program as well, so the memory is short.
    """

    def __init__(
        self,
        store: Store,
        *,
        lifetime_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._known: dict[str, tuple[float, Program]] = {}

    async def get(self, program_id: str) -> Program | None:
        """Return a program whoever asks."""
        known = self._known.get(program_id)
        if known is not None and self._clock() < known[0]:
            return known[1]
        program = await self._store.programs.get(program_id)
        if program is None:
            self.forget(program_id)
            return None
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[program_id] = (self._clock() + self._lifetime_s, program)
        return program

    def forget(self, program_id: str) -> None:
        """Ask the store again: the program was changed here."""
        self._known.pop(program_id, None)
