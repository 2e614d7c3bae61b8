"""Prints what steers a terminal: titles, colours, cursor, answers, links, bells.

May complete; whoever shows it must escape it (the command does).
"""

import sys

ATTACK = {
    "off": "needs no defence: it is text until somebody shows it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["Completed"],
}


def main(backend, user_messenger):
    print("\x1b]0;owned\x07\x1b[2J\x1b[31m\x1b]8;;http://x\x07\x9b31m\u202e\x00\b\b\r")
    sys.stdout.buffer.write(b'\x1b[c\x1bP$q"p\x1b\\ \xff\xfe')
