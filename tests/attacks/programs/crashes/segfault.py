"""Reads where nothing is, after asking for a core file.

Must be told as a crash of this job, and of no other.
"""

import ctypes
import resource

ATTACK = {
    "off": "needs no defence: the harm would be to others, and every run looks for it",
    "levels": ["none", "reduced", "strong"],
    "blocked_by": ["crashed"],
}


def main(backend, user_messenger):
    resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))
    ctypes.string_at(0)
