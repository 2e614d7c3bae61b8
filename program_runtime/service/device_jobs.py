"""Jobs of devices that outlived the jobs of this service which had asked for them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from program_runtime.errors import ProgramRuntimeError
from program_runtime.service.domain import FINAL

if TYPE_CHECKING:
    from program_runtime.execution.broker.protocol import Broker
    from program_runtime.service.store import Store

__all__ = ["end_unread"]

log = logging.getLogger(__name__)


async def end_unread(broker: Broker, store: Store) -> None:
    """Cancel what devices do for jobs that have ended: nobody will read it.

    A job that failed because the service was killed leaves its device at work, and
    somebody pays for that.

    Args:
        broker: Knows what the devices were given.
        store: Knows which jobs may still ask for it.
    """
    try:
        for job_id in await broker.unfinished():
            job = await store.jobs.get(job_id)
            if job is None or job.status in FINAL:
                await broker.abandon(job_id)
    except ProgramRuntimeError as err:
        log.warning("devices may still work for jobs that have ended: %s", err)
