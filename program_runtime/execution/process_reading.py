"""What the kernel tells everybody about a process, and its owner about its memory."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final

__all__ = [
    "GONE",
    "PAGE_BYTES",
    "ProcessStat",
    "ResidentMemory",
    "read_file",
    "read_memory_share",
    "read_resident_memory",
    "read_stat",
]

GONE: Final = (FileNotFoundError, ProcessLookupError, PermissionError)
"""What it raises to read of a process that is not there, or not ours to read."""

PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")

_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
_CHUNK_BYTES: Final = 16 * 1024
_KIB: Final = 1024
_EXITING: Final = 0x4
"""PF_EXITING of the kernel."""
_ENDED: Final = frozenset({b"Z", b"X"})
_RESIDENT: Final = re.compile(
    rb"^(?:RssAnon|(RssShmem)|VmSwap|VmPTE):\s+(\d+) kB$", re.MULTILINE
)
_PAGE_TABLES: Final = re.compile(rb"^VmPTE:\s+(\d+) kB$", re.MULTILINE)
_SHARE: Final = re.compile(
    rb"^(?:Pss_Anon|(Pss_Shmem)|SwapPss):\s+(\d+) kB$", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStat:
    """From ``/proc/<pid>/stat``, which everybody may read."""

    pid: int
    parent: int
    group: int
    session: int
    started: int
    """Tells it from a later process with the same id."""
    threads: int
    ended: bool
    """Not yet reaped. A process whose first thread alone has ended lives on."""
    stopped: bool
    resident_bytes: int
    """Roughly; files that it has mapped count too."""
    faults: int
    """How many pages it was given, or given anew, since it was forked."""
    cpu_s: float
    """With that of the children that it has waited for."""
    exiting: bool = False
    """On its way out, or out: nothing of it can be looked at any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentMemory:
    """From ``/proc/<pid>/status``, which everybody may read."""

    private_bytes: int
    """Swapped out or not; what it shares since a fork counts in full.

    The kernel's tables of its pages are part of it: they can be large without it.
    """
    shared_bytes: int
    """Of shared memory, as far as this process has touched it."""

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.private_bytes + self.shared_bytes


def read_file(path: str) -> bytes:
    """Read a file of ``/proc``, in a third of the time that an open file takes.

    Raises:
        OSError: Most often the process is gone.
    """
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        chunks = []
        while chunk := os.read(fd, _CHUNK_BYTES):
            chunks.append(chunk)
        return b"".join(chunks)
    finally:
        os.close(fd)


def read_stat(pid: int) -> ProcessStat | None:
    """Read a process's numbers; ``None`` when it is gone."""
    try:
        text = read_file(f"/proc/{pid}/stat")
    except GONE:
        return None
    # Its name, in parentheses, may hold anything. Field 3 comes right behind it.
    fields = text[text.rindex(b")") + 2 :].split()
    threads = int(fields[17])
    return ProcessStat(
        pid=pid,
        parent=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        started=int(fields[19]),
        threads=threads,
        ended=fields[0] in _ENDED and threads <= 1,
        stopped=fields[0] == b"T",
        resident_bytes=int(fields[21]) * PAGE_BYTES,
        faults=int(fields[7]) + int(fields[9]),
        cpu_s=sum(map(int, fields[11:15])) / _TICKS_PER_S,
        exiting=bool(int(fields[6]) & _EXITING),
    )


def read_resident_memory(pid: int) -> ResidentMemory:
    """Read how much memory a process has in use; nothing when it is gone."""
    text = _read_of_living_thread(pid, "status", b"RssAnon:")
    private, shared = _sums(_RESIDENT, text)
    return ResidentMemory(private_bytes=private, shared_bytes=shared)


def read_memory_share(pid: int) -> int | None:
    """Read a process's fair share of memory: every page divided by those who have it.

    The kernel walks through all pages of the process for this, which takes some
    milliseconds, and longer while the process asks for more.

    Returns:
        Bytes without files; ``None`` when they are not ours to read.
    """
    text = _read_of_living_thread(pid, "smaps_rollup", b"Pss_Anon:")
    return sum(_sums(_SHARE, text)) + _page_tables(pid) if text else None


def _page_tables(pid: int) -> int:
    text = _read_of_living_thread(pid, "status", b"VmPTE:")
    found = _PAGE_TABLES.search(text)
    return int(found[1]) * _KIB if found else 0


def _read_of_living_thread(pid: int, name: str, needed: bytes) -> bytes:
    """Read a file about memory, which a thread that has ended does not tell.

    A program can end its first thread and go on in others.
    """
    folder = f"/proc/{pid}"
    text = _read_if_has(f"{folder}/{name}", needed)
    if text:
        return text
    try:
        threads = os.listdir(f"{folder}/task")  # noqa: PTH208 - many times a second
    except GONE:
        return b""
    others = (thread for thread in threads if thread != str(pid))
    texts = (_read_if_has(f"{folder}/task/{other}/{name}", needed) for other in others)
    return next(filter(None, texts), b"")


def _read_if_has(path: str, needed: bytes) -> bytes:
    try:
        text = read_file(path)
    except GONE:
        return b""
    return text if needed in text else b""


def _sums(pattern: re.Pattern[bytes], text: bytes) -> tuple[int, int]:
    """Add up what is private and what is shared memory, the pattern's first group."""
    sums = {True: 0, False: 0}
    for is_shared, kib in pattern.findall(text):
        sums[bool(is_shared)] += int(kib) * _KIB
    return sums[False], sums[True]
