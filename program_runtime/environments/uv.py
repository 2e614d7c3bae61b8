"""uv, which resolves and installs: found, configured, its reasons shortened."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MISSING_HINT", "configuration", "find_uv", "reason", "without_secrets"]

MISSING_HINT: Final = "Install it: pip install uv"
_CONFIGURATION: Final = (
    "ALL_PROXY",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LC_ALL",
    "NETRC",
    "NO_PROXY",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SSL_CLIENT_CERT",
    "TMPDIR",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
"""By these a machine says how it reaches package indexes; uv's own come besides."""

_CHARS: Final = 1200
_CREDENTIALS: Final = re.compile(r"(?<=://)[^/\s]+@")
_NOISE: Final = re.compile(
    r"^\s*(Using (CPython|Python) |Resolved \d+ |warning: |"
    r"[^:\n]*:?\s*No solution found when resolving dependencies).*$",
    re.MULTILINE,
)
_LABELS: Final = re.compile(
    r"^\s*(error|cause|Caused by|hint|\N{MULTIPLICATION SIGN}|╰─▶):?\s*", re.MULTILINE
)


def find_uv() -> str | None:
    """Find uv: beside this interpreter, where pip puts it, else on the path."""
    beside = Path(sys.executable).with_name("uv")
    if beside.is_file() and os.access(beside, os.X_OK):
        return str(beside)
    return shutil.which("uv")


def configuration(source: Mapping[str, str]) -> dict[str, str]:
    """Choose what uv may see of an environment that holds other secrets, too.

    Args:
        source: The whole environment.

    Returns:
        How indexes are reached, and uv's own settings.
    """
    return {
        name: value
        for name, value in source.items()
        if name in _CONFIGURATION or name.startswith("UV_")
    }


def without_secrets(text: str) -> str:
    """Take user names and passwords out of the addresses in a text.

    >>> without_secrets("see https://me:secret@index.example/simple")
    'see https://***@index.example/simple'
    """
    return _CREDENTIALS.sub("***@", text)


def reason(output: str) -> str:
    """Shorten what uv said of a failure to its reason, in one paragraph.

    Args:
        output: Its standard error.

    Returns:
        Sentences without credentials, at most about 1,200 characters.
    """
    text = _LABELS.sub("", _NOISE.sub("", without_secrets(output)))
    words = " ".join(text.split())
    if len(words) > _CHARS:
        words = f"{words[:_CHARS].rsplit(' ', 1)[0]} [...]"
    return words.removesuffix(".")
