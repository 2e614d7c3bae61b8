"""How much memory this machine has for this process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from program_runtime.execution.confinement.own_group import own_group

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["machine_memory"]


def machine_memory(group: Path | None = None) -> int:
    """Return the machine's memory, or the part that a container or unit may use.

    Args:
        group: The folder of the control group, if not that of this process.

    Returns:
        Bytes.
    """
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    group = own_group() if group is None else group
    for folder in () if group is None else (group, *group.parents):
        try:
            limits.append(int((folder / "memory.max").read_text()))
        except (OSError, ValueError):  # no such group, or "max"
            continue
    return min(limits)
