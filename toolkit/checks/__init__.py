"""Static checks of a project: all findings at once, and nothing is ever imported."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.checks.finding import Code, Finding, Severity
    from toolkit.checks.runner import Judgement, codes, judge, run_checks

__all__ = ["Code", "Finding", "Judgement", "Severity", "codes", "judge", "run_checks"]

_HOMES = {
    "Code": "finding",
    "Finding": "finding",
    "Judgement": "runner",
    "Severity": "finding",
    "codes": "runner",
    "judge": "runner",
    "run_checks": "runner",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
