"""Independent jobs that are submitted together."""

from __future__ import annotations

from typing import ClassVar

from program_runtime.client.session import Session

__all__ = ["Batch"]


class Batch(Session):
    """A session whose jobs may run at the same time.

    Otherwise it is like :class:`Session`: the same arguments, the same life.
    """

    mode: ClassVar[str] = "batch"
