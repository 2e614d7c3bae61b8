"""A job as a word of the command line: its id, or the file of its capsule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.cli import _service
from toolkit.errors import CapsuleError

if TYPE_CHECKING:
    from toolkit.cli._output import Output
    from toolkit.provenance import JobRecord

METAVAR = "JOB|FILE"


def open_record(word: str, out: Output) -> JobRecord:
    """Find a job by its id, or read its capsule.

    Raises:
        RuntimeJobNotFound: The service has no such job.
        CapsuleError: The file is no capsule.
    """
    from toolkit import provenance  # noqa: PLC0415 - HTTP and more

    path = Path(word)
    if path.is_file():
        return provenance.CapsuleFile(path)
    if len(path.parts) > 1 or path.suffix == ".zip":
        raise CapsuleError(
            f"There is no file {word}.", hint="`qrt job export JOB` makes a capsule."
        )
    return provenance.ServiceJob(_service.connect(out), word)


def shown(value: Any) -> str:
    """Say a fact in one cell of a table."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, dict):
        return ", ".join(f"{k} {shown(v)}" for k, v in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(map(shown, value)) or "-"
    text = str(value)
    is_digest = text.startswith("sha256:")
    return text[: len("sha256:") + 12] if is_digest else text
