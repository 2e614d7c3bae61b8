"""What one job may use."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one job; times in seconds, sizes in bytes, ``None`` is unbounded.

    Example:
        >>> Limits(wall_time_s=2.0).log_bytes
        10485760
    """

    wall_time_s: float = 3600.0
    device_wait_s: float = 24 * 3600.0
    """How much of the time in queues of a device does not count as wall time."""
    cpu_time_s: float | None = None
    memory_bytes: int | None = None
    """Of all processes of the job together; what they share counts once.

    One process alone may have no more data of its own than this either: that fence the
    kernel keeps, and there the libraries that a program imports count too.
    """
    processes: int = 256
    """Of the whole job, threads included."""
    file_bytes: int | None = 1024 * _MIB
    """Of one file that the program writes."""
    disk_bytes: int = 1024 * _MIB
    """Of all files that the job keeps, its temporary ones included."""
    disk_files: int = 65_536
    """Files and folders that the job keeps."""
    open_files: int = 1024
    log_bytes: int = 10 * _MIB
    message_bytes: int = 8 * _MIB
    message_count: int = 50_000_000
    messages_bytes: int = 4096 * _MIB
    result_bytes: int = 64 * _MIB
    inputs_bytes: int = 64 * _MIB
