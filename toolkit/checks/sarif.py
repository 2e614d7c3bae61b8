"""Findings as SARIF 2.1.0, the form that code hosts show beside the lines.

See https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from toolkit.checks import runner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from toolkit.checks.finding import Finding

__all__ = ["sarif_log"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"


def sarif_log(
    findings: Sequence[Finding],
    ignored: Sequence[Finding] = (),
    *,
    root: Path,
    base: Path,
    version: str,
) -> dict[str, Any]:
    """Make a log of one run.

    Args:
        findings: What was found.
        ignored: What was found and is ignored; it is in the log as suppressed.
        root: The project's folder.
        base: The folder that the names of files begin at, such as the top of the
            repository; names of a project elsewhere are absolute.
        version: Of the toolkit.

    Returns:
        The log, to be written as JSON.
    """
    every = [(finding, False) for finding in findings]
    every += [(finding, True) for finding in ignored]
    rules = _rules([finding for finding, _ in every])
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    results = []
    for finding, is_ignored in every:
        result = {
            "ruleId": finding.code,
            "ruleIndex": places[finding.code],
            "level": str(finding.severity),
            "message": {"text": _text(finding)},
            "partialFingerprints": {"finding/v1": _fingerprint(finding)},
            "locations": [_location(finding, root, base)],
        }
        if is_ignored:
            result["suppressions"] = [{"kind": "inSource"}]
        results.append(result)
    driver = {"name": "qrt", "semanticVersion": version, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints"}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [run | {"results": results}],
    }


def _rules(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    titles = {code.code: code.title for code in runner.codes()}
    rules = []
    for name in sorted({finding.code for finding in findings}):
        title = titles.get(name, f"Ruff's rule {name.removeprefix('ruff:')}")
        rules.append({"id": name, "shortDescription": {"text": f"{title}."}})
    return rules


def _text(finding: Finding) -> str:
    return f"{finding.message} {finding.hint}" if finding.hint else finding.message


def _fingerprint(finding: Finding) -> str:
    """Stay the same while lines above come and go."""
    said = "\n".join((finding.code, finding.path or "", finding.message))
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _location(finding: Finding, root: Path, base: Path) -> dict[str, Any]:
    # A finding about the whole project still needs a file to be shown at.
    path = root / (finding.file or "program.py")
    physical: dict[str, Any] = {"artifactLocation": _artifact(path, base)}
    if finding.line:
        physical["region"] = {"startLine": finding.line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.json_path:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.json_path}]
    return location


def _artifact(path: Path, base: Path) -> dict[str, str]:
    try:
        relative = path.absolute().relative_to(base.absolute())
    except ValueError:
        return {"uri": path.absolute().as_uri()}
    return {"uri": quote(relative.as_posix()), "uriBaseId": _ROOT}
