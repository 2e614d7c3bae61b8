"""Lets a process that is forked often have few large pages instead of many small ones.

A fork copies an entry for each page of memory, and the end of the child drops each of
them again: with Qiskit imported these are twenty thousand. Huge pages (2 MB on common
machines) hold the same in some fifty entries. A child that writes into one gets a copy
of the few KB that it touched, not of the whole. Where the kernel has no huge pages, or
is older than Linux 6.1, all stays as it is.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["gather_arenas", "use_huge_pages"]

_ARENA_BYTES: Final = 1024 * 1024
_ARENAS: Final = 48
"""What Python's objects take once Qiskit and Aer are imported."""
_BLOCK_BYTES: Final = 512
_HEADER_BYTES: Final = sys.getsizeof(b"")

_HUGE_PAGE_SIZE: Final = Path("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size")
_MADV_COLLAPSE: Final = 25
"""Since Linux 6.1 (``include/uapi/asm-generic/mman-common.h``)."""


_kept: list[bytes] = []
"""One object of each arena, else Python gives the empty ones back."""


def gather_arenas() -> None:
    """Have Python take the memory for objects in one piece, before there are many.

    It takes memory in arenas of one MB, as it needs them. Taken between the libraries
    that an import maps, they lie apart from each other, and no huge page fits.
    """
    block = _BLOCK_BYTES - _HEADER_BYTES
    # A list that grows would move, and leave holes.
    blocks = [b""] * (_ARENAS * _ARENA_BYTES // _BLOCK_BYTES)
    for index in range(len(blocks)):
        blocks[index] = bytes(block)
    _kept.extend(blocks[:: _ARENA_BYTES // _BLOCK_BYTES // 2])


def use_huge_pages() -> int:
    """Replace the small pages of this process's own memory by huge ones.

    Returns:
        How many bytes are in huge pages now.
    """
    try:
        size = int(_HUGE_PAGE_SIZE.read_text())
        found = list(_own_memory())
    except (OSError, ValueError):
        return 0
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return sum(
        size
        for start, end in found
        for address in range(-(-start // size) * size, end - size + 1, size)
        # It fails for parts that are not in use: they have no pages to replace.
        if madvise(address, size, _MADV_COLLAPSE) == 0
    )


def _own_memory() -> Iterator[tuple[int, int]]:
    """The ranges of addresses that are of no file: objects, and what libraries took."""
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, rights, _, _, inode, *name = line.split(maxsplit=5)
        if rights == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
            start, _, end = addresses.partition("-")
            yield int(start, 16), int(end, 16)
