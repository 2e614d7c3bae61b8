"""What a job was: kept in one file, compared with another, run again."""

from __future__ import annotations

from toolkit.provenance.capsule import CapsuleFile, write_capsule
from toolkit.provenance.comparison import Comparison, Row, compare
from toolkit.provenance.facts import facts_of
from toolkit.provenance.record import JobRecord, result_text
from toolkit.provenance.rerun import rerun
from toolkit.provenance.service_job import ServiceJob

__all__ = [
    "CapsuleFile",
    "Comparison",
    "JobRecord",
    "Row",
    "ServiceJob",
    "compare",
    "facts_of",
    "rerun",
    "result_text",
    "write_capsule",
]
