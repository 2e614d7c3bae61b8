"""Ends jobs of devices whose results nobody will ask for any more."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from program_runtime.backends.device import NotFindableError

if TYPE_CHECKING:
    from collections.abc import Collection

    from program_runtime.backends.device import Device
    from program_runtime.execution.broker.fleet import Fleet
    from program_runtime.execution.broker.journal import Entry, Journal

__all__ = ["abandon"]

_logger = logging.getLogger(__name__)


def abandon(
    job_id: str, *, fleet: Fleet, journal: Journal, watched: Collection[str]
) -> None:
    """Cancel what devices may still do for a job that has ended.

    What can not be cancelled now stays in the journal, to be tried at the next start.

    Args:
        job_id: Of the service.
        fleet: The devices.
        journal: Knows what they were given.
        watched: Keys of requests that somebody waits for: these are left alone.
    """
    for entry in journal.unfinished():
        if entry.job_id != job_id or entry.key in watched:
            continue
        try:
            _cancel(fleet.device(entry.backend), entry)
        except Exception as error:  # noqa: BLE001 - whatever a provider raises
            _logger.warning(
                "%s may still work for %s: %s", entry.backend, entry.key, error
            )
        else:
            journal.forget(entry.key)


def _cancel(device: Device, entry: Entry) -> None:
    device_job = entry.device_job
    if device_job is None:
        try:
            device_job = device.find(entry.key)
        except NotFindableError:
            return  # and nobody will ever know
    if device_job is not None:
        device.cancel(device_job)
