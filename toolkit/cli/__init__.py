"""The command ``qrt``: one file a command, thin over the libraries beside it."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command and leave with its exit code."""
    import sys  # noqa: PLC0415 - the console script's only door

    from toolkit.cli import _main  # noqa: PLC0415

    sys.exit(_main.run(sys.argv[1:]))
