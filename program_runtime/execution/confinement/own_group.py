"""Where the control group (version 2) of a process is."""

from __future__ import annotations

import contextlib
from pathlib import Path

__all__ = ["own_group"]


def own_group(process: Path = Path("/proc/self")) -> Path | None:
    """Find the folder of the group that a process is in.

    Args:
        process: Its folder.

    Returns:
        ``None`` where there are no groups, or it can not be seen from here.
    """
    try:
        groups = (process / "cgroup").read_text().splitlines()
        mounts = (process / "mountinfo").read_text().splitlines()
    except OSError:
        return None
    name = next((line[3:] for line in groups if line.startswith("0::")), None)
    for line in mounts:
        fields, _, kind = line.partition(" - ")
        if name is not None and kind.startswith("cgroup2 "):
            root, mounted_at = fields.split()[3:5]
            with contextlib.suppress(ValueError):  # it is not below what is mounted
                return Path(mounted_at) / Path(name).relative_to(root)
    return None
