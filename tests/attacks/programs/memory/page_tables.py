"""Reads one byte of every two megabytes of nothing: the kernel keeps a page table each.

Nothing of that is the process's own memory. Must end at the job's limit all the same.
"""

import mmap

from attempt import attempt, wait_for_the_end

ATTACK = {
    "off": "bare",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["memory", "refused"],
    "limits": {"memory_bytes": 200_000_000, "wall_time_s": 15.0},
}

STEP, SPACE = 1 << 21, 160 << 30
NO_HUGE_PAGES = 15
NO_RESERVE = 0x4000


def main(backend, user_messenger):
    def fill():
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NO_RESERVE
        kept = mmap.mmap(-1, SPACE, flags=flags, prot=mmap.PROT_READ)
        kept.madvise(NO_HUGE_PAGES)
        for place in range(0, SPACE, STEP):
            assert kept[place] == 0
        wait_for_the_end()
        return f"{SPACE // STEP * 4096} bytes of page tables"

    return attempt(fill)
