"""What the environment says about the service."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime.client import ibm_urls
from program_runtime.client.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Wish", "from_environment", "from_official_environment"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a caller said about the service; None where nothing."""

    channel: str | None = None
    url: str | None = None
    token: Secret | None = None
    name: str | None = None
    filename: Path | None = None
    instance: str | None = None
    proxies: Mapping[str, str] | None = None
    verify: bool | str | None = None
    data_dir: Path | None = None
    config_dir: Path | None = None


def from_environment() -> Wish:
    """What ``QRT_URL, QRT_TOKEN, QRT_INSTANCE, QRT_PROFILE`` and the folders say.

    The folders are ``QRT_DATA_DIR`` and ``QRT_CONFIG_DIR``.
    """
    token = os.environ.get("QRT_TOKEN")
    data_dir = os.environ.get("QRT_DATA_DIR")
    config_dir = os.environ.get("QRT_CONFIG_DIR")
    return Wish(
        url=os.environ.get("QRT_URL") or None,
        token=Secret(token) if token else None,
        name=os.environ.get("QRT_PROFILE") or None,
        instance=os.environ.get("QRT_INSTANCE") or None,
        data_dir=Path(data_dir) if data_dir else None,
        config_dir=Path(config_dir) if config_dir else None,
    )


def from_official_environment() -> Wish:
    """What ``QISKIT_IBM_TOKEN, _URL, _INSTANCE, _CHANNEL`` say.

    They count together: a token without its url is not sent anywhere. Those of IBM's
    own platform are for other programs, and say nothing here.
    """
    token = os.environ.get("QISKIT_IBM_TOKEN")
    url = os.environ.get("QISKIT_IBM_URL")
    if not (token and url):
        return Wish()
    if ibm_urls.is_ibms_own(url):
        _logger.info("QISKIT_IBM_URL is IBM's own service; it is left aside.")
        return Wish()
    return Wish(
        channel=os.environ.get("QISKIT_IBM_CHANNEL") or None,
        url=ibm_urls.plain(url),
        token=Secret(token),
        instance=os.environ.get("QISKIT_IBM_INSTANCE") or None,
    )
