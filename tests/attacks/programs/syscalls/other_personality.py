"""Makes calls by the numbers and the door of 32-bit programs, past a filter for others.

Must be refused: neither may reach the kernel's calls.
"""

import ctypes
import mmap
import os

import attempt

ATTACK = {
    "off": "none",
    "machine": "x86_64",
    "blocked_by": ["refused", "crashed"],
    "may_lack": "this kernel has no door for 32-bit programs",
}

# push rbx; mov eax, edi; mov ebx, esi; xor ecx, ecx; xor edx, edx; int 0x80; pop rbx; ret
CODE = bytes.fromhex("53 89f8 89f3 31c9 31d2 cd80 5b c3".replace(" ", ""))
UNSHARE_32, GETPID_32 = 310, 20
NEW_USER = 0x10000000
X32 = 0x40000000
UNSHARE_64 = 272


def main(backend, user_messenger):
    def by_interrupt():
        page = mmap.mmap(
            -1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        )
        page.write(CODE)
        here = ctypes.addressof(ctypes.c_char.from_buffer(page))
        function = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)(here)
        result = function(UNSHARE_32, NEW_USER)
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return f"unshare by the 32-bit door: {result}"

    def by_number():
        result = attempt.libc.syscall(ctypes.c_long(X32 | UNSHARE_64), NEW_USER)
        return f"unshare by the x32 number: {attempt.checked(result)}"

    return attempt.attempts(interrupt=by_interrupt, number=by_number)
