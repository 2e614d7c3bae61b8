"""Says where the driver stands when it takes far too long, and ends it."""

from __future__ import annotations

import asyncio
import faulthandler
import os
import sys

from . import census

PATIENCE_S = 420.0
"""For all attacks; a quiet machine of two cores takes a minute."""
_BLOCKED_S = 20.0


def watch() -> None:
    """Start to; the event loop that runs must be the driver's."""
    asyncio.get_running_loop().call_later(PATIENCE_S, _tell_and_end)
    # For a loop that is blocked, and so can not tell.
    faulthandler.dump_traceback_later(PATIENCE_S + _BLOCKED_S, exit=True)


def _tell_and_end() -> None:
    print(f"The attacks are not over after {PATIENCE_S:.0f} s.", file=sys.stderr)
    for process in census.below().values():
        print(f"process {process}, below {process.parent}", file=sys.stderr)
    for task in asyncio.all_tasks():
        print(task.get_name(), file=sys.stderr)
        task.print_stack(file=sys.stderr)
    faulthandler.dump_traceback(all_threads=True)
    os._exit(3)
