"""A child that is started with ``python -m``, not forked: where forking is unsafe."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
from typing import TYPE_CHECKING, Final

from program_runtime.execution.child import entry
from program_runtime.execution.child.rehearsal import rehearse
from program_runtime.execution.child.surroundings import settle
from program_runtime.execution.confinement import Level, Walls
from program_runtime.execution.process_control import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["READY", "main"]

READY: Final = b"R"
"""Sent before the first frame."""


def main(argv: Sequence[str]) -> int:
    """Wait for one job and run it.

    Args:
        argv: The command line without the program's name.

    Returns:
        Only when the server is gone already.
    """
    parser = argparse.ArgumentParser(prog="spawned")
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    options = parser.parse_args(argv)
    if die_with_parent(options.parent, signal.SIGKILL):
        channel = socket.socket(fileno=options.channel)
        channel.set_inheritable(False)
        settle()
        rehearse()
        walls = Walls(level=Level.NONE)
        entry.serve(channel, walls, parent=options.parent, announce=READY)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
