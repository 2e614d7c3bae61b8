"""Replaces functions of modules, builtins, codecs and hooks; the next job looks for it.

The next job must find everything as it was.
"""

import builtins
import json
import os
import sys

from attempt import attempts, nothing

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "turns": 2,
}

MARK = "poisoned"


def main(backend, user_messenger, turn):
    if turn == 1:
        json.dumps = lambda *_words, **_names: MARK
        builtins.attacked = MARK
        sys.modules["attacked"] = sys
        sys.path.insert(0, MARK)
        os.environ["ATTACKED"] = MARK
        sys.addaudithook(lambda *_words: None)
        return None
    return attempts(
        function=lambda: found(json.dumps(1) == MARK),
        builtin=lambda: found(hasattr(builtins, "attacked")),
        module=lambda: found("attacked" in sys.modules),
        path=lambda: found(MARK in sys.path),
        variable=lambda: found("ATTACKED" in os.environ),
    )


def found(it):
    return "the job before has left it" if it else nothing("nothing was left")
