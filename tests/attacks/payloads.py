"""Texts of hostile inputs."""

from __future__ import annotations

import json
from typing import Any


def nothing(_facts: dict[str, Any]) -> bytes:
    """An empty object."""
    return json.dumps({}).encode()
