"""Does the bundle carry a token or a private key?

Whoever may read a release reads these too, for as long as it exists. The patterns find
what was forgotten, not what was hidden.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from toolkit.checks.finding import Code, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "check", "find_secrets", "mask"]

SECRET = Code("QRT401", Severity.ERROR, "A file holds a secret", ignorable=False)
SECRET_FILE = Code(
    "QRT402", Severity.ERROR, "A file is made for secrets", ignorable=False
)

CODES = (SECRET, SECRET_FILE)

_MOST_BYTES = 1024 * 1024
_LONGEST_LINE = 10_000

_SECRET_FILES = (
    ".env",
    ".env.*",
    ".netrc",
    ".pypirc",
    "*.key",
    "*.p12",
    "*.pfx",
    "id_ed25519",
    "id_rsa",
    "qiskit-ibm.json",
    "qiskitrc",
)

# Each is linear: no repetition inside a repetition.
_TOKENS = (
    ("a token of this service", re.compile(r"\bqrt_[A-Za-z0-9_-]{32,}")),
    ("an AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("a GitHub token", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}")),
    ("a GitHub token", re.compile(r"\bgithub_pat_[A-Za-z0-9_]{40,}")),
    ("a GitLab token", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    ("a Google API key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}")),
    ("a PyPI token", re.compile(r"\bpypi-[A-Za-z0-9_-]{50,}")),
    ("a JSON web token", re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}")),
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----")),
)
_ASSIGNED = re.compile(
    r"(?:token|secret|passw(?:or)?d|api_?key|credential)"
    r"[\w-]{0,20}[\"']?\s{0,4}[:=]\s{0,4}[\"'](?P<value>[^\"'\s]{16,512})[\"']",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(r"[\w.-]{0,40}$")
_NAME = re.compile(r"[\w-]+")
_LONG_HEX = re.compile(r"[\"'](?P<value>[0-9a-f]{128})[\"']")
_PLACEHOLDER = re.compile(
    r"^[<{$%]|your|example|placeholder|change_?me|dummy|fake|test|xxxx|\.\.\.|\*\*\*",
    re.IGNORECASE,
)
# Bits a character: one repeated has 0, twenty random hexadecimal digits over 3.
_LEAST_ENTROPY = 3.0


def check(context: CheckContext) -> Iterator[Finding]:
    """Report secrets in the files of the bundle, masked."""
    for name, path in context.collection.files.items():
        if any(PurePosixPath(name).match(pattern) for pattern in _SECRET_FILES):
            yield SECRET_FILE.finding(
                f"{PurePosixPath(name).name} usually holds secrets, and is part of the "
                "bundle.",
                path=name,
                hint="Name it in .qrtignore.",
            )
        for line, what, secret in _in_file(path):
            yield SECRET.finding(
                f"This looks like {what}: {mask(secret)}.",
                path=name,
                line=line,
                hint="Remove it and revoke it; pass secrets to the client instead.",
            )


def find_secrets(text: str) -> Iterator[tuple[int, str, str]]:
    """Find secrets in a text.

    Args:
        text: Any text.

    Yields:
        Line from 1, what it looks like, the secret itself.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        found = _in_line(line[:_LONGEST_LINE])
        if found is not None:
            yield number, *found


def mask(secret: str) -> str:
    """Show enough of a secret to find it again, and no more."""
    if secret.startswith("-----"):
        return secret
    return f"{secret[:4]}… ({len(secret)} characters)"


def _in_file(path: Path) -> Iterator[tuple[int, str, str]]:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
    except OSError:
        return  # The collection reports it.
    if b"\0" not in content:
        yield from find_secrets(content.decode("utf-8", "replace"))


def _in_line(line: str) -> tuple[str, str] | None:
    for what, pattern in _TOKENS:
        match = pattern.search(line)
        if match and not _PLACEHOLDER.search(match[0]):
            return what, match[0]
    match = _LONG_HEX.search(line)
    if match and _looks_random(match["value"]):
        return "an IBM Quantum token", match["value"]
    for match in _ASSIGNED.finditer(line):
        value = match["value"]
        if not _PLACEHOLDER.search(value) and _looks_random(value):
            return f"the value of {_name_of(match)!r}", value
    return None


def _name_of(match: re.Match[str]) -> str:
    before = _NAME_BEFORE.search(match.string[: match.start()][-40:])
    own = _NAME.match(match[0])
    return (before[0] if before else "") + (own[0] if own else "")


def _looks_random(text: str) -> bool:
    # Sentences and paths have no digits; what a machine made nearly always has.
    return any(map(str.isdigit, text)) and _entropy(text) >= _LEAST_ENTROPY


def _entropy(text: str) -> float:
    """Measure Shannon's entropy in bits a character."""
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)
