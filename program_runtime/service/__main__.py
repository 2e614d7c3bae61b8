"""``python -m program_runtime.service``: the service without the toolkit."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from program_runtime.errors import ProgramRuntimeError
from program_runtime.escapes import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAILED = 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m program_runtime.service",
        description="Store and run programs. Every option is also read from the "
        "environment: --data-dir from QRT_DATA_DIR, and so on.",
        argument_default=argparse.SUPPRESS,
    )
    add = parser.add_argument
    add("--host", help="address to listen on (127.0.0.1)")
    add("--port", type=int, help="port; 0 takes a free one (8000)")
    add("--data-dir", metavar="DIR", help="database, blobs, releases")
    add("--database-url", metavar="URL", help="SQLite in the data directory")
    add("--config-dir", metavar="DIR", help="where the profile `local` is saved")
    add("--workers", type=int, metavar="N", help="jobs that run at the same time")
    add("--executor", choices=["local"])
    add("--isolation", choices=["auto", "none", "reduced", "strong"])
    add(
        "--require-isolation", choices=["none", "reduced", "strong"],
        help="refuse to start when jobs would get less",
    )  # fmt: skip
    add(
        "--bubblewrap", action="store_true",
        help="keep the process that programs are forked from in bubblewrap, too",
    )  # fmt: skip
    add(
        "--network-programs", metavar="IDS",
        help="programs that may use the machine's network, commas between",
    )  # fmt: skip
    add(
        "--no-environments", action="store_false", dest="environments",
        help="take no releases that require more than the base environment",
    )  # fmt: skip
    add(
        "--idle-exit", type=float, metavar="S", dest="idle_exit_s",
        help="end after S seconds without a request or a job",
    )  # fmt: skip
    add("--tls-cert", metavar="FILE", help="certificate, for https")
    add("--tls-key", metavar="FILE", help="key of the certificate")
    add(
        "--tls-self-signed", action="store_true",
        help="https with an authority of its own, in the data directory",
    )  # fmt: skip
    return parser


def main(arguments: Sequence[str]) -> int:
    """Serve until told to stop; return the exit code."""
    options = vars(_parser().parse_args(arguments))
    from program_runtime.service import Settings, logs, serve  # noqa: PLC0415 - after --help

    try:
        with logs.on_stderr():
            serve(Settings(**options))
    except (ProgramRuntimeError, ValueError) as err:
        sys.stderr.write(f"error: {safe(str(err))}\n")
        return _FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
